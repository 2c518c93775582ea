//! A table, as text for a terminal or as Markdown.

/// How tables are printed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Form {
    /// A Markdown table.
    Markdown,
    /// Columns padded with spaces.
    #[default]
    Text,
}

/// Headings and rows of as many cells.
#[derive(Debug)]
pub(crate) struct Table {
    title: String,
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
    note: &'static str,
}

impl Table {
    /// An empty table.
    pub(crate) fn new(title: impl Into<String>, headings: &[&str], note: &'static str) -> Self {
        let headings = headings.iter().map(|&heading| heading.to_owned()).collect();
        Self { title: title.into(), headings, rows: Vec::new(), note }
    }

    /// Adds a row; it has a cell for each heading.
    pub(crate) fn push(&mut self, row: Vec<String>) {
        debug_assert_eq!(
            row.len(),
            self.headings.len(),
            "a row of `{}` has a wrong number of cells",
            self.title
        );
        self.rows.push(row);
    }

    /// Prints it to standard output.
    pub(crate) fn print(&self, form: Form) {
        let widths = self.widths();
        println!("\n## {}\n\n{}\n", self.title, self.note);
        let line = |row: &[String]| match form {
            Form::Markdown => println!("| {} |", row.join(" | ")),
            Form::Text => println!("{}", padded(row, &widths)),
        };
        line(&self.headings);
        match form {
            Form::Markdown => println!("|{}", "---|".repeat(self.headings.len())),
            Form::Text => println!("{}", "-".repeat(widths.iter().map(|width| width + 2).sum())),
        }
        for row in &self.rows {
            line(row);
        }
    }

    fn widths(&self) -> Vec<usize> {
        let rows = || std::iter::once(&self.headings).chain(&self.rows);
        let width = |column: usize| rows().map(|row| row[column].chars().count()).max();
        (0..self.headings.len()).map(|column| width(column).unwrap_or(0)).collect()
    }
}

/// A number with that many decimals, or a dash where there is none.
pub(crate) fn number(value: Option<f64>, decimals: usize) -> String {
    match value {
        Some(value) => {
            let text = format!("{value:.decimals$}");
            // What rounds to nothing has no sign.
            text.strip_prefix('-').filter(|rest| rest.parse() == Ok(0.0)).map_or(text.clone(), str::to_owned)
        }
        None => "-".to_owned(),
    }
}

/// Words to the left, numbers to the right.
fn padded(row: &[String], widths: &[usize]) -> String {
    let cells = row.iter().zip(widths).map(|(cell, &width)| {
        let is_number = cell.starts_with(|first: char| first.is_ascii_digit() || first == '-');
        if is_number { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
    });
    cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
}
