//! One byte a row that is the same byte in most columns.

/// Bytes by row; no memory while they are all equal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Forms {
    common: u8,
    started: bool,
    rows: usize,
    varied: Vec<u8>,
}

impl Forms {
    /// Adds a row.
    #[inline]
    pub(crate) fn push(&mut self, form: u8) {
        if self.varied.is_empty() && (form == self.common || !self.started) {
            self.common = form;
            self.started = true;
        } else {
            self.spread();
            self.varied.push(form);
        }
        self.rows += 1;
    }

    /// Adds a row whose form nobody will ask for.
    #[inline]
    pub(crate) fn skip(&mut self) {
        if !self.varied.is_empty() {
            self.varied.push(self.common);
        }
        self.rows += 1;
    }

    #[inline]
    fn spread(&mut self) {
        if self.varied.is_empty() {
            self.varied.resize(self.rows, self.common);
        }
    }

    /// The form of a row.
    pub(crate) fn get(&self, row: usize) -> u8 {
        self.varied.get(row).copied().unwrap_or(self.common)
    }

    /// The forms that occur (of all rows, or of none).
    pub(crate) fn any(&self, mut is: impl FnMut(u8) -> bool) -> bool {
        if self.varied.is_empty() { self.started && is(self.common) } else { self.varied.iter().any(|&f| is(f)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_forms_cost_nothing_and_different_ones_are_kept() {
        let mut forms = Forms::default();
        forms.skip();
        forms.push(3);
        forms.push(3);
        assert!(forms.varied.is_empty());
        forms.push(2);
        forms.skip();
        forms.push(3);
        assert_eq!([1, 2, 3, 5].map(|row| forms.get(row)), [3, 3, 2, 3]);
        assert_eq!(forms.varied.len(), 6);
    }
}
