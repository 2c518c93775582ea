//! Numbers as OpenMetrics writes them: decimal, without underscores, prefixes or blanks.

/// A number, an infinity or NaN.
pub(crate) fn number(text: &str) -> Option<f64> {
    real(text).or_else(|| {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
        match unsigned.to_ascii_lowercase().as_str() {
            "inf" | "infinity" => Some(sign * f64::INFINITY),
            "nan" if unsigned == text => Some(f64::NAN),
            _ => None,
        }
    })
}

/// A number that is one: the `realnumber` of the grammar, which is all that a timestamp can be.
pub(crate) fn real(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    let fits = digits(whole) && digits(part) && whole.len() + part.len() > 0 && exponent_fits;
    fits.then(|| text.parse().ok()).flatten()
}

/// A bound of a bucket: any number but NaN, and infinity written in the one way that all scrapers compare.
pub(crate) fn bound(text: &str) -> Option<f64> {
    number(text).filter(|bound| !bound.is_nan() && (*bound != f64::INFINITY || text == "+Inf"))
}

/// A quantile: from 0 to 1.
pub(crate) fn quantile(text: &str) -> Option<f64> {
    number(text).filter(|quantile| (0.0..=1.0).contains(quantile))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_decimal_numbers_are_numbers() {
        for good in ["0", "-1", "+1.", ".5", "1e5", "1.5E-3", "007"] {
            assert!(real(good).is_some(), "{good}");
        }
        for bad in ["", "+", ".", "e5", "1e", "1e+", "1_0", "0x1", "0x1p-3", "1 ", "NaN", "Inf", "1.2.3", "١"]
        {
            assert_eq!(real(bad), None, "{bad}");
        }
        assert_eq!(number("-Inf"), Some(f64::NEG_INFINITY));
        assert!(number("NaN").is_some_and(f64::is_nan));
        assert_eq!(number("-NaN"), None);
        assert_eq!((bound("+Inf"), bound("Inf"), bound("NaN")), (Some(f64::INFINITY), None, None));
    }
}
