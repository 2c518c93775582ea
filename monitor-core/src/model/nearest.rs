//! What somebody may have meant who wrote a word that does not exist.

/// Says which words there are, and which of them was probably meant.
pub(crate) fn list_known(word: &str, known: &[&str]) -> String {
    let near = nearest(word, known).map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
    format!("{near}there are `{}`", known.join("`, `"))
}

/// The known word that is nearest to `word`, if any is near.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let near = known.iter().map(|candidate| (distance(word, candidate), *candidate)).min()?;
    (near.0 <= 1 + word.chars().count() / 3).then_some(near.1)
}

/// How many letters must be put in, taken out or changed.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, letter) in left.chars().enumerate() {
        let mut diagonal = above;
        row[0] = above + 1;
        for (column, other) in right.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}
