//! Rows that are printed, and whether all of them are as they should be.

#[derive(Default)]
pub struct Goals {
    missed: usize,
}

impl Goals {
    pub fn at_most(&mut self, what: &str, value: f64, most: f64) {
        self.row(what, format!("{value:.2}"), value <= most, format!("at most {most}"));
    }

    pub fn at_least(&mut self, what: &str, value: f64, least: f64) {
        let decimals = if least < 10.0 { 2 } else { 0 };
        self.row(what, format!("{value:.decimals$}"), value >= least, format!("at least {least}"));
    }

    pub fn none(&mut self, what: &str, count: usize) {
        self.row(what, count.to_string(), count == 0, "none".to_owned());
    }

    pub fn all(&mut self, what: &str, count: usize, all: usize) {
        self.row(what, count.to_string(), count == all, format!("all {all}"));
    }

    pub fn met(&self) -> bool {
        self.missed == 0
    }

    fn row(&mut self, what: &str, value: String, met: bool, goal: String) {
        println!("| {what} | {value} | {goal} | {} |", if met { "met" } else { "MISSED" });
        self.missed += usize::from(!met);
    }
}
