//! What is made of many measurements.

pub fn median(values: &mut [f64]) -> f64 {
    percentile(values, 50)
}

pub fn percentile(values: &mut [f64], percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(values.len() * percent / 100).min(values.len() - 1)]
}
