//! Small inputs that once went wrong, each with its right value.

use super::support::{case_file, read};

#[test]
fn both_files_of_true_and_false_keep_their_rows() {
    for name in ["24_bool_reference.csv", "24_bool_evaluation_0_1.csv"] {
        let Some(bytes) = case_file(name) else { return };
        assert_eq!(read(name, &bytes).rows, 300, "{name}");
    }
}
