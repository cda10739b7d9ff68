//! Whole runs: from files to a document.

use straingauge_api::{DataParams, ModelTask, RunDocument};
use straingauge_engine::stress::Run;
use straingauge_engine::{demo, json};

use crate::support::{config, print, read, real_file, run, side};

fn arxiv() -> Option<(Run, RunDocument)> {
    let file = |name: &str| Some(read(name, &real_file(&format!("arxiv/{name}"))?));
    let params = DataParams::default();
    let task = ModelTask::MulticlassClassification;
    let reference = side("reference", file("train.json.gz")?, Some(&*file("train_preds.json.gz")?), &params, task);
    let evaluation = side("evaluation", file("val_0_with_label.json.gz")?, Some(&*file("val_preds_0.json.gz")?), &params, task);
    Some(run(config("ArXiv"), task, reference, evaluation))
}

#[test]
fn arxiv_has_the_figures_of_scikit_learn() {
    let Some((_, document)) = arxiv() else { return };
    print(&document);
    let metric = |id: &str| {
        let m = document.model_metrics.iter().find(|m| m.id == id).unwrap_or_else(|| panic!("no {id}"));
        (m.reference.expect("a reference"), m.evaluation.expect("an evaluation"))
    };
    // scikit-learn 1.9 on these files, macro over the union of classes.
    for (id, reference, evaluation) in [
        ("multiclass_accuracy", 0.98512, 0.610_395_480_225_988_7),
        ("macro_f1", 0.970_008_657_949_545_8, 0.232_370_617_968_517_2),
        ("macro_precision", 0.982_139_421_003_406_3, 0.365_019_798_378_185_04),
        ("macro_recall", 0.958_529_160_370_701_8, 0.228_576_564_706_342_02),
        ("average_confidence", 0.840_774_765_021_053, 0.692_834_442_785_678_5),
    ] {
        let (r, e) = metric(id);
        assert!((r - reference).abs() < 1e-9 && (e - evaluation).abs() < 1e-9, "{id}: {r} {e}");
    }
    assert!(document.summary.banners.iter().any(|b| b.code == "reference_looks_like_training_data"));
}

fn sample() -> (Run, RunDocument) {
    let sets = demo::sample(demo::SEED);
    let task = ModelTask::MulticlassClassification;
    let part = |name: &str| {
        let set = sets.iter().find(|s| s.name == name).expect("a set");
        let predictions = read(&set.predictions_name, &set.predictions);
        side(name, read(&set.data_name, &set.data), Some(&predictions), &DataParams::default(), task)
    };
    run(config("Sample"), task, part("reference"), part("evaluation"))
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let [a, b] = [sample(), sample()].map(|(_, document)| json::to_string(&document).expect("JSON"));
    assert!(a == b, "two runs over the same files differ");
}

#[test]
fn what_was_planted_is_found() {
    let (_, document) = sample();
    print(&document);
}
