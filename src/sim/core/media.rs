//! How long things play.

/// What FreeSWITCH would play of this, in milliseconds; `None` without end. A file counts as one second.
pub(super) fn length_ms(what: &str) -> Option<i64> {
    let parts: Vec<&str> = what.split('!').collect();
    if parts.len() > 1 {
        return parts.iter().map(|p| length_ms(p)).sum();
    }
    if let Some(rest) = what.strip_prefix("silence_stream://") {
        let ms = super::args::atoi(rest);
        return (ms >= 0).then_some(ms);
    }
    if let Some(rest) = what.strip_prefix("tone_stream://") {
        let mut loops = 1;
        let mut total = 0;
        for part in rest.split(';') {
            if let Some(n) = part.strip_prefix("loops=").or_else(|| part.strip_prefix("L=")) {
                loops = super::args::atoi(n);
            }
            for tone in part.split("%(").skip(1) {
                let mut numbers = tone.split(')').next().unwrap_or_default().split(',').map(super::args::atoi);
                total += numbers.next().unwrap_or(0) + numbers.next().unwrap_or(0);
            }
        }
        return (loops >= 0).then_some(total * loops.max(1));
    }
    if what.starts_with("local_stream://") || what.starts_with("shout://") {
        return None;
    }
    Some(1000)
}

#[cfg(test)]
mod tests {
    use super::length_ms;

    #[test]
    fn lengths() {
        assert_eq!(length_ms("silence_stream://1500"), Some(1500));
        assert_eq!(length_ms("tone_stream://%(200,100,440);loops=3"), Some(900));
        assert_eq!(length_ms("tone_stream://%(2000,4000,440,480);loops=-1"), None);
        assert_eq!(length_ms("file.wav"), Some(1000));
    }
}
