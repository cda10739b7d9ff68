/**
 * Straingauge: tests for machine-learning models, run by a WebAssembly engine inside the caller's own process or browser tab.
 * Nothing is uploaded; the engine has no network function.
 */

// ── What goes in ──────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Data as the caller has them. A string is the text of a file, never a path. A `URL` is a `file:` URL, in Node only. Buffers are
 * copied, not detached. A stream is read once, to its end, and its bytes are kept, so that the engine can read them again.
 */
export type Source = File | Blob | ArrayBuffer | ArrayBufferView | ReadableStream<Uint8Array> | URL | string | Record<string, unknown>[];

export type ModelTask =
  | 'binary_classification' | 'multiclass_classification' | 'regression' | 'ranking' | 'natural_language_inference' | 'named_entity_recognition';
export type Category =
  | 'model_performance' | 'subset_performance' | 'subset_performance_degradation' | 'drift' | 'abnormal_inputs' | 'data_cleanliness'
  | 'bias_and_fairness' | 'transformations' | 'adversarial' | 'data_poisoning_detection' | 'evasion_attack_detection'
  | 'custom';
export type Sensitivity = 'less' | 'default' | 'more';
export type Format = 'csv' | 'json' | 'jsonl' | 'parquet' | 'arrow_file' | 'arrow_stream';
export type Compression = 'none' | 'gzip' | 'zstd';
export type ColumnType = 'integer' | 'float' | 'boolean' | 'category' | 'text' | 'timestamp' | 'list';
export type Role =
  | 'label' | 'prediction' | 'timestamp' | 'text' | 'categorical' | 'numeric' | 'embedding' | 'query_id' | 'id' | 'group' | 'weight' | 'ignored';

/** How to read a file where the caller knows better than the sniffer. */
export interface ReadOptions {
  format?: Format;
  /** The field separator of delimited text, one ASCII character. */
  delimiter?: string;
  /** A WHATWG encoding label: `utf-8`, `windows-1252`, `utf-16le`. */
  encoding?: string;
  /** Whether the first line of delimited text holds names. */
  header?: boolean;
  decimal?: 'point' | 'comma';
  dateOrder?: 'day_first' | 'month_first';
  /** The offset from UTC, in minutes, of times that name no zone. */
  utcOffsetMinutes?: number;
  columnTypes?: { column: string; type: ColumnType }[];
  /** Spellings such as `none` that are values of their column, or missing ones. */
  missingValues?: { column: string; spelling: string; missing: boolean }[];
}

/** What a data set's columns are for. Whatever is absent is guessed; a name that no column has is an error. */
export interface DataParams {
  read?: ReadOptions;
  labelCol?: string;
  /** One name, or one a class in the order of the classes. */
  predictionCol?: string | string[];
  timestampCol?: string;
  textFeatures?: string[];
  categoricalFeatures?: string[];
  /** Numbers that were taken for something else (an id, a group). */
  numericFeatures?: string[];
  protectedFeatures?: string[];
  intersections?: string[][];
  /** Metadata that the model does not see. */
  featuresNotInModel?: string[];
  queryCol?: string;
  embeddingCols?: string[];
  /** In the order of the probabilities. */
  classNames?: string[];
  /** Names the row; predictions with the same column are joined by it. */
  idCol?: string;
  /** Rows of one group belong together. */
  groupCol?: string;
  weightCol?: string;
  positiveClass?: string;
  /** The cut of binary scores; 0.5 where absent. */
  decisionThreshold?: number;
  ignore?: string[];
}

/** What a prediction file's columns are for. Whatever is absent is guessed. */
export interface PredictionParams {
  read?: ReadOptions;
  predictionCol?: string | string[];
  classNames?: string[];
  /** Joins by this column of both files; an empty name pairs row by row. */
  idCol?: string;
}

/** What a label file's columns are for. */
export interface LabelParams {
  read?: ReadOptions;
  /** The truth. Found by its name where absent, or because the file holds nothing else. */
  labelCol?: string;
  /** Joins by this column of both files; an empty name joins row by row. */
  idCol?: string;
}

/** A test of the catalogue. Thresholds are null for logical tests. */
export interface TestInfo {
  id: string; name: string; category: Category; kind: Kind; unit: Unit; thresholds: Thresholds | null; defaultOn: boolean;
  /** The tasks for which it can be asked; empty where it can be for all. */
  tasks: ModelTask[];
  /** What it takes besides thresholds and columns, so that a form can be made of it. */
  parameters: Parameter[];
}
/** A number or words that a test takes. A number without a `default` has a value of the test's own. */
export interface Parameter {
  name: string; label: string; help: string;
  form:
    | { kind: 'number'; least: number; most: number | null; whole: boolean; default: number | null; unit: Unit }
    | { kind: 'choice'; of: string[]; default: string }
    | { kind: 'words' };
}
/** What can be changed about every test. */
export interface TestConfig {
  run?: boolean;
  /** The effect from which it warns. */
  warning?: number;
  /** The effect from which it alerts. */
  alert?: number;
  excludeColumns?: string[];
}
/** What tests take besides, by the catalogue's names; which test takes which is in `TestParameters`. */
export interface Parameters {
  /** An absolute bound that the evaluation's metric must keep. */
  bound?: number;
  /** Places of a query that count for NDCG; slices that are told. */
  k?: number;
  /** The level of evidence of the search for slices. */
  alpha?: number;
  /** Conditions of a slice at most: 1, 2 or 3. */
  max_conditions?: number;
  /** The share of the rows that a slice must hold. */
  min_support?: number;
  /** Rows that a subset, a group or a side must have. */
  min_sample_size?: number;
  /** The share of the reference that a subset must hold to be the statistic. */
  min_frq?: number;
  /** Bins of a number. */
  num_bins?: number;
  /** The distance that is shown. */
  statistic?: 'psi' | 'kl' | 'js' | 'hellinger' | 'wasserstein' | 'ks' | 'cramers_v';
  /** Standard deviations within which a number is no outlier. */
  bound_multiplier?: number;
  /** Pairs of features with a smaller correlation, or less mutual information, on both sides are left out. */
  min_correlation?: number;
  min_mutual_information?: number;
  /** Pairs of features at most. */
  max_pairwise_tests?: number;
  /** Words or phrases to look for. */
  terms?: string[] | string;
  /** Patterns to look for: # is a digit, ? a character, * any characters but white space. */
  patterns?: string[] | string;
}
/** The parameters of each test of the catalogue. Written by `tests/engine/catalogue_page.rs`. */
export interface TestParameters {
  'model_performance:accuracy': 'bound';
  'model_performance:multiclass_accuracy': 'bound';
  'model_performance:balanced_accuracy': 'bound';
  'model_performance:precision': 'bound';
  'model_performance:recall': 'bound';
  'model_performance:f1': 'bound';
  'model_performance:macro_precision': 'bound';
  'model_performance:macro_recall': 'bound';
  'model_performance:macro_f1': 'bound';
  'model_performance:auc': 'bound';
  'model_performance:multiclass_auc': 'bound';
  'model_performance:average_precision': 'bound';
  'model_performance:log_loss': 'bound';
  'model_performance:brier_score': 'bound';
  'model_performance:matthews_corrcoef': 'bound';
  'model_performance:false_positive_rate': 'bound';
  'model_performance:false_negative_rate': 'bound';
  'model_performance:top_k_accuracy': 'bound';
  'model_performance:positive_prediction_rate': 'bound';
  'model_performance:average_prediction': 'bound';
  'model_performance:prediction_variance': 'bound';
  'model_performance:positive_prediction_variance': 'bound';
  'model_performance:negative_prediction_variance': 'bound';
  'model_performance:mse': 'bound';
  'model_performance:rmse': 'bound';
  'model_performance:mae': 'bound';
  'model_performance:msle': 'bound';
  'model_performance:mape': 'bound';
  'model_performance:r2': 'bound';
  'model_performance:mean_error': 'bound';
  'model_performance:mrr': 'bound';
  'model_performance:ndcg': 'bound' | 'k';
  'model_performance:rank_correlation': 'bound';
  'model_performance:average_rank': 'bound';
  'model_performance:average_number_of_predicted_entities': 'bound';
  'model_performance:average_confidence': 'bound';
  'model_performance:average_thresholded_confidence': 'bound';
  'model_performance:estimated_accuracy': 'bound';
  'model_performance:estimated_precision': 'bound';
  'model_performance:estimated_recall': 'bound';
  'model_performance:estimated_f1': 'bound';
  'model_performance:estimated_auc': 'bound';
  'model_performance:estimated_average_precision': 'bound';
  'model_performance:estimated_false_positive_rate': 'bound';
  'model_performance:estimated_macro_precision': 'bound';
  'model_performance:estimated_macro_recall': 'bound';
  'model_performance:estimated_macro_f1': 'bound';
  'model_performance:calibration_comparison': never;
  'model_performance:expected_calibration_error': never;
  'model_performance:overconfidence': never;
  'model_performance:underconfidence': never;
  'subset_performance:subset_accuracy': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_multiclass_accuracy': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_balanced_accuracy': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_precision': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_recall': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_f1': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_macro_precision': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_macro_recall': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_macro_f1': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_auc': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_multiclass_auc': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_average_precision': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_log_loss': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_brier_score': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_matthews_corrcoef': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_false_positive_rate': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_false_negative_rate': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_top_k_accuracy': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_mse': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_rmse': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_mae': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_msle': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_mape': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_r2': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_mrr': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_ndcg': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_rank_correlation': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_average_confidence': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_average_thresholded_confidence': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_overconfidence': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_underconfidence': 'min_sample_size' | 'min_frq';
  'subset_performance:subset_estimated_accuracy': 'min_sample_size' | 'min_frq';
  'subset_performance:worst_slices': 'k' | 'alpha' | 'max_conditions' | 'min_support';
  'subset_performance:worst_slices_log_loss': never;
  'subset_performance:worst_slices_mae': never;
  'subset_performance_degradation:subset_drift_accuracy': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_multiclass_accuracy': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_balanced_accuracy': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_precision': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_recall': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_f1': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_macro_precision': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_macro_recall': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_macro_f1': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_auc': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_multiclass_auc': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_average_precision': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_log_loss': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_brier_score': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_matthews_corrcoef': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_false_positive_rate': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_false_negative_rate': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_top_k_accuracy': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_positive_prediction_rate': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_average_prediction': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_prediction_variance': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_positive_prediction_variance': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_negative_prediction_variance': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_mse': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_rmse': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_mae': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_msle': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_mape': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_r2': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_mean_error': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_mrr': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_ndcg': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_rank_correlation': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_average_rank': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_average_number_of_predicted_entities': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_average_confidence': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_average_thresholded_confidence': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_overconfidence': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_underconfidence': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:subset_drift_estimated_accuracy': 'min_sample_size' | 'min_frq';
  'subset_performance_degradation:worst_slices': 'k' | 'max_conditions' | 'min_support';
  'subset_performance_degradation:worst_slices_log_loss': never;
  'subset_performance_degradation:worst_slices_mae': never;
  'drift:feature_drift': 'num_bins' | 'min_sample_size' | 'statistic';
  'drift:prediction_drift': 'num_bins' | 'min_sample_size' | 'statistic';
  'drift:predicted_label_drift': 'num_bins' | 'min_sample_size' | 'statistic';
  'drift:label_drift': 'num_bins' | 'min_sample_size' | 'statistic';
  'drift:correlation_drift_feature_to_feature': 'min_sample_size' | 'min_correlation' | 'min_mutual_information' | 'max_pairwise_tests';
  'drift:correlation_drift_feature_to_label': 'min_sample_size' | 'min_correlation' | 'min_mutual_information' | 'max_pairwise_tests';
  'drift:mutual_information_drift_feature_to_feature': 'min_sample_size' | 'min_correlation' | 'min_mutual_information' | 'max_pairwise_tests';
  'drift:mutual_information_drift_feature_to_label': 'min_sample_size' | 'min_correlation' | 'min_mutual_information' | 'max_pairwise_tests';
  'drift:nulls_per_feature_drift': never;
  'drift:nulls_per_row_drift': 'min_sample_size' | 'statistic';
  'drift:character_drift': 'min_sample_size';
  'drift:unigram_drift': 'min_sample_size';
  'drift:bigram_drift': 'min_sample_size';
  'drift:embedding_drift': 'min_sample_size';
  'drift:domain_classifier': never;
  'abnormal_inputs:numeric_outlier': 'bound_multiplier';
  'abnormal_inputs:unseen_categorical': never;
  'abnormal_inputs:rare_categories': never;
  'abnormal_inputs:out_of_range': never;
  'abnormal_inputs:req_characters': never;
  'abnormal_inputs:inconsistencies': never;
  'abnormal_inputs:capitalization': never;
  'abnormal_inputs:empty_string': never;
  'abnormal_inputs:null_check': never;
  'abnormal_inputs:feature_type_check': never;
  'abnormal_inputs:unseen_unigram': never;
  'abnormal_inputs:empty_text': never;
  'abnormal_inputs:embedding_anomalies': never;
  'data_cleanliness:mutual_information_decrease_feature_to_label': 'min_sample_size' | 'min_correlation' | 'min_mutual_information' | 'max_pairwise_tests';
  'data_cleanliness:required_features': never;
  'data_cleanliness:class_coverage': never;
  'data_cleanliness:duplicate_rows': never;
  'data_cleanliness:conflicting_labels': never;
  'data_cleanliness:train_test_overlap': never;
  'data_cleanliness:near_duplicate_texts': never;
  'data_cleanliness:date_overlap': never;
  'data_cleanliness:index_overlap': never;
  'data_cleanliness:label_imbalance': never;
  'data_cleanliness:high_feature_correlation': 'max_pairwise_tests';
  'data_cleanliness:high_mutual_information_feature_to_label': never;
  'data_cleanliness:mixed_nulls': never;
  'data_cleanliness:mixed_types': never;
  'data_cleanliness:string_variants': never;
  'data_cleanliness:special_characters': never;
  'data_cleanliness:constant_feature': never;
  'data_cleanliness:identifier_feature': never;
  'data_cleanliness:outlier_rows': never;
  'data_cleanliness:label_noise': never;
  'bias_and_fairness:demographic_parity_pos_pred': 'min_sample_size';
  'bias_and_fairness:demographic_parity_avg_pred': 'min_sample_size';
  'bias_and_fairness:demographic_parity_avg_rank': 'min_sample_size';
  'bias_and_fairness:intersectional_group_fairness_pos_pred': 'min_sample_size';
  'bias_and_fairness:intersectional_group_fairness_avg_pred': 'min_sample_size';
  'bias_and_fairness:intersectional_group_fairness_avg_rank': 'min_sample_size';
  'bias_and_fairness:equalized_odds': 'min_sample_size';
  'bias_and_fairness:equal_opportunity_recall': 'min_sample_size';
  'bias_and_fairness:equal_opportunity_macro_recall': 'min_sample_size';
  'bias_and_fairness:predictive_equality_fpr': 'min_sample_size';
  'bias_and_fairness:class_imbalance': 'min_sample_size';
  'bias_and_fairness:protected_feature_drift': 'num_bins' | 'min_sample_size' | 'statistic';
  'bias_and_fairness:discrimination_by_proxy': never;
  'bias_and_fairness:feature_independence': 'min_sample_size';
  'bias_and_fairness:predict_protected_features': 'min_sample_size';
  'bias_and_fairness:calibration_by_group': 'min_sample_size';
  'data_poisoning_detection:exact_match_label_flipping': never;
  'data_poisoning_detection:near_match_label_flipping': never;
  'evasion_attack_detection:stateful_black_box_detection': never;
  'evasion_attack_detection:row_wise_pii_detection': never;
  'evasion_attack_detection:row_wise_data_leakage': 'terms' | 'patterns';
}
/** Changes to tests, by their ids: those of the catalogue, of custom metrics and of custom tests. */
export type TestConfigs = { [Id in keyof TestParameters]?: TestConfig & Pick<Parameters, TestParameters[Id]> } & {
  [own: `custom:${string}`]: TestConfig;
  [metric: `model_performance:${string}`]: TestConfig & Pick<Parameters, 'bound' | 'k'> | undefined;
  [subsets: `subset_performance:subset_${string}` | `subset_performance_degradation:subset_drift_${string}`]:
    TestConfig & Pick<Parameters, 'min_sample_size' | 'min_frq'> | undefined;
};

export interface StressTestConfig {
  runName: string;
  /** Names of registered data sets. */
  reference: string;
  evaluation: string;
  /**
   * The model whose predictions are judged. Left out, predictions that stand in the data files themselves are judged if both files hold
   * them; `null` asks for data tests alone.
   */
  model?: string | null;
  /** The project's task where absent. */
  modelTask?: ModelTask;
  /** All whose needs are met where absent. */
  categories?: Category[];
  /** Changes a test, by test id (`drift:feature_drift`). */
  tests?: TestConfigs;
  sensitivity?: Sensitivity;
  /** A whole number from 0 to 2⁵³ − 1; 0 where absent. The same data, configuration and seed give the same document, byte for byte. */
  seed?: number;
  positiveClass?: string;
  decisionThreshold?: number;
  /** Features that no test is asked about. */
  excludeColumns?: string[];
  /** Cases that are let be in this run, besides those that the project accepts. */
  accepted?: Acceptance[];
  /** The day of the run, `YYYY-MM-DD`; today (UTC) where absent and cases are accepted. */
  today?: string;
  /** An earlier run of this project, by its id, or what `run.baseline()` gives: what failed in it is known, only new or worse cases fail. */
  baseline?: string | Baseline;
}

/** Somebody's word that a case may fail. */
export interface Acceptance {
  /** The case, by id. */
  case: string;
  /** Why; never empty. */
  reason: string;
  /** The last day on which this holds, `YYYY-MM-DD`; for good where absent. */
  expires?: string;
  /** Which cases it lets be besides: none (`'case'`, where absent), all that a run groups with this case as one finding, or those named by id. */
  covers?: 'case' | 'finding' | string[];
}
/** An earlier run's failing and warning cases. */
export interface Baseline { run: string; name?: string; cases: { id: string; severity: Severity }[] }

/** What a custom metric is given of a row. `truth` and `prediction` are null where the row has none. */
export interface CustomRow {
  truth: Cell;
  /** A score, a class, a number, or the probabilities in the order of the classes. */
  prediction: Cell | number[];
  /** The row's cells by column name. */
  row: Record<string, Cell>;
}

/**
 * A metric of your own. `perRow` gives a number a row; the metric is their mean, and subsets are tested, too. `compute` gives a number for a
 * set of rows; its noise is learnt from resampled rows, and only the whole sets are compared. A firewall that is created after it was registered
 * follows a `perRow` metric in every bin, with a monitor `model_performance:<id>`.
 */
export interface CustomMetric {
  /** snake_case, no id of the catalogue. Its tests are `model_performance:<id>`, `subset_performance:subset_<id>`, … */
  id: string;
  name: string;
  better: Better;
  /** Scores and shares are compared as they are, other numbers relative to the reference's. */
  unit?: Unit;
  /** 0.03 and 0.08 over all rows and 0.05 and 0.13 in subsets where absent; relative, 0.10 and 0.25. */
  thresholds?: Thresholds;
  description?: string;
  /** The row's number; null leaves it out. */
  perRow?(row: CustomRow): number | null;
  compute?(rows: CustomRow[]): number | null;
  /** How often `compute` is called with resampled rows of each side; 200 where absent. */
  resamples?: number;
}

export interface CustomTestContext {
  reference: CustomRow[];
  evaluation: CustomRow[];
  modelTask: ModelTask | null;
  seed: number;
  /** A number in [0, 1) from a stream that the run's seed and the test's id fix. */
  random(): number;
}

/** A case of a custom test, as it was measured. The verdict is the engine's. */
export interface CustomCase {
  /** The feature it is about; all rows where absent. */
  feature?: string;
  /** The part of the feature; tells cases about one feature apart. */
  subset?: string;
  statistic?: number;
  /** Larger is worse; the statistic where absent. */
  effect?: number;
  /** The effect's 95 % interval. */
  low?: number;
  high?: number;
  /** The evidence; a difference without it cannot fail. */
  pValue?: number;
  /** For logical tests. */
  holds?: boolean;
  /** What was seen, with its numbers. */
  sentence: string;
  /** The evaluation rows it is about, by number from 0. */
  rows?: number[];
  /** Why it could not be measured. */
  skipped?: string;
}

/** A test of your own: you measure, the engine judges it together with the rest. */
export interface CustomTest {
  /** `custom:<snake_case>` */
  id: string;
  name: string;
  /** Where it is listed; `custom` where absent. */
  category?: Category;
  risk?: Risk;
  kind: Kind;
  unit?: Unit;
  /** From which effects it warns and alerts; needed unless the test is logical. */
  thresholds?: Thresholds;
  /** The largest effect that can be. */
  effectMax?: number;
  text?: { checks: string; matters: string; decided: string };
  /** Estimator, test, interval, in a few words. */
  method?: string;
  measure(context: CustomTestContext): CustomCase[] | CustomCase | Promise<CustomCase[] | CustomCase>;
}

/** Bins begin at UTC boundaries (weeks on Monday); those of a length in milliseconds at multiples of it since 1970-01-01. */
export type BinSize = 'hour' | 'day' | 'week' | 'month' | number;
/** What happens to a row: it goes through, goes through and is looked at, does not go through. */
export type Action = 'allow' | 'flag' | 'block';

/** How a firewall is set up. */
export interface FirewallOptions {
  /** `day` where absent. */
  binSize?: BinSize;
  /** How many false events a year are accepted, over all monitors together; 1 where absent. What counts as evidence follows from it. */
  falseEventsAYear?: number;
  /** Bins of fewer rows are kept and merged, but not judged on their own; 30 where absent. */
  minRows?: number;
  /** Those that make sense over time where absent. */
  categories?: Category[];
  /** Changes a test, by test id, as in a stress test. */
  tests?: TestConfigs;
  /** Moves the thresholds on the size of a change; evidence follows the budget of false events. */
  sensitivity?: Sensitivity;
  /** A whole number from 0 to 2⁵³ − 1; 0 where absent. */
  seed?: number;
  /** Features that nothing is asked about. */
  excludeColumns?: string[];
  /** The project's task where absent. */
  modelTask?: ModelTask;
  positiveClass?: string;
  decisionThreshold?: number;
  /**
   * Remembers of every row a keyed hash of its id, its prediction and the cells of its subset features, so that labels that come later can be
   * joined without the data: `firewall.addLabels`. Needs an `idCol`.
   */
  ledger?: boolean;
  /** The ledger's key, 32 hexadecimal digits; random where absent. */
  ledgerKey?: string;
  /** What the check of single rows does where a rule fires: by rule (`unseen_categorical`), or by rule and feature (`unseen_categorical[city]`). */
  rules?: Record<string, Action>;
  /** Takes the place of the project's firewall, whose history is lost. */
  replace?: boolean;
}

/** A monitor of your own. */
export interface CustomMonitor {
  /** Differs from the others' names. */
  name: string;
  /**
   * The test whose cases it follows, by id, or `abnormality_rate`; a monitor's id (`drift:feature_drift#numeric`,
   * `abnormal_inputs:unseen_categorical#performance_impact`) takes the part that it follows. `monitorChoices()` lists them.
   */
  test: string;
  /** One feature; each of them where absent. */
  feature?: string;
  /** One subset of it (`= Travel`), for tests that cut features into subsets. */
  subset?: string;
  /** What it takes from a case: the metric (where absent), the effect, or the number of failing rows. */
  quantity?: 'value' | 'effect' | 'rows';
  /** How the bins of a window become one number; `avg`, each bin by its rows, where absent. */
  aggregate?: 'avg' | 'min' | 'max' | 'sum';
  /** Bins in a window; 1 where absent. */
  window?: number;
  /** What the number is held against: the reference (where absent), the window before, or nothing, in which case the thresholds are bounds. */
  against?: 'reference' | 'previous_window' | 'nothing';
  /** Which direction is good; `neutral` takes changes in both for bad. */
  better?: Better;
  /** The difference (or the number) from which it warns. */
  warning: number;
  alert: number;
}

/** For calls that read files. */
export interface ReadHooks {
  /** The file's name, where the source carries none. */
  fileName?: string;
  /** Cancels; the call rejects with code `cancelled`. */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

// ── What comes out ────────────────────────────────────────────────────────────────────────────────────────────────────

export type Severity = 'PASS' | 'WARNING' | 'ALERT';
export type Status = 'PASS' | 'WARNING' | 'FAIL' | 'SKIP';
export type Kind = 'difference' | 'property' | 'logical';
export type Risk = 'operational' | 'fairness' | 'security';
export type Unit = 'score' | 'share' | 'points' | 'distance' | 'relative' | 'number' | 'count' | 'logical';
export type Better = 'higher' | 'lower' | 'neutral';

export interface ErrorDetails { file?: string; row?: number; column?: string; mend?: string }
export interface CellExample { row: number; text: string }
export interface ValueCount { value: string; count: number }

/** Something wrong or odd that did not stop the reading. */
export interface Problem {
  code: string;
  level: 'note' | 'warning' | 'error';
  message: string;
  count: number;
  details: ErrorDetails;
  examples: CellExample[];
}
export interface RoleGuess { role: Role; protected: boolean; inModel: boolean; confidence: number; reason: string }
export interface ColumnInfo {
  name: string;
  type: ColumnType;
  width: number;
  role: RoleGuess;
  missing: number;
  missingSpellings: ValueCount[];
  badCells: number;
  /** The unit in which its numbers stand in the file (`$`, `kg`); `%` where percentages were read as shares. */
  unit: string | null;
  distinct: number;
  distinctExact: boolean;
  range: [string, string] | null;
  examples: ValueCount[];
}
/** A column that can be read in two ways; the first reading is what was assumed. */
/** Something that can be read in several ways. The first reading is in force; the option that `about` names takes another's `choice`. */
export interface Question {
  /** Empty where the question is about the whole file. */
  column: string;
  about: 'decimal' | 'date_order' | 'time_zone' | 'header' | 'missing_value' | 'label' | 'prediction' | 'positive_class' | 'class_names' | 'join';
  readings: { choice: string; cell: string; meaning: string }[];
  /** What speaks for the first reading. */
  reason: string;
}
export interface Inspection {
  name: string;
  bytes: number;
  sha256: string;
  format: Format;
  compression: Compression;
  encoding: string | null;
  delimiter: string | null;
  rows: number;
  columns: ColumnInfo[];
  firstRows: (string | null)[][];
  problems: Problem[];
  questions: Question[];
  task: { task: ModelTask; confidence: number; reason: string } | null;
}
export interface DatasetInfo {
  name: string;
  file: string;
  bytes: number;
  sha256: string;
  rows: number;
  labelled: number;
  columns: ColumnInfo[];
  params: DataParams;
  problems: Problem[];
  /** What can be read in several ways; the first reading of each is in force. */
  questions: Question[];
  /** The labels that came in a file of their own (`registerLabels`). */
  labels: LabelInfo | null;
}
/** The class that binary metrics are about, the evidence for it, and the classes that it could be instead. */
export interface PositiveClass { class: string; reason: string; others: string[] }

export interface PredictionInfo {
  dataset: string;
  model: string;
  file: string;
  sha256: string;
  rows: number;
  kind: 'probabilities' | 'score' | 'class' | 'number' | 'entities';
  columns: string[];
  /** The column of the model's decisions, where scores stand in `columns`. */
  decisionColumn?: string;
  /** As far as this data set tells. */
  positiveClass?: PositiveClass;
  classes: string[];
  task: ModelTask;
  pairing: Pairing;
  problems: Problem[];
  questions: Question[];
}
/** How predictions or labels met the rows of a data set. */
export type Pairing = { by: 'same_file' } | { by: 'row' } | { by: 'id'; column: string; missing: number; extra: number; duplicate: number };
/** Labels of a data set that came in a file of their own. */
export interface LabelInfo {
  dataset: string;
  file: string;
  sha256: string;
  /** Labels that met a row. */
  rows: number;
  /** The column that they were read from. */
  column: string;
  pairing: Pairing;
  problems: Problem[];
  questions: Question[];
}
export interface ModelInfo { name: string }
/** What is remembered of a data set or of predictions; `loaded` is false after a reload, until the file is registered again. */
export interface DatasetRecord { name: string; file: string; bytes: number; sha256: string; rows: number; labelled: number; params: DataParams; loaded: boolean }
export interface PredictionRecord { dataset: string; model: string; file: string; sha256: string; rows: number; params: PredictionParams; loaded: boolean }
export interface LabelRecord { dataset: string; file: string; sha256: string; rows: number; params: LabelParams; loaded: boolean }
/** `sample` is true for a project of `createSampleProject`. */
export interface ProjectInfo { id: string; name: string; modelTask: ModelTask | null; description: string; created: string; sample: boolean }
export interface TestRunInfo {
  id: string; name: string; model: string | null; reference: string; evaluation: string; uploadTime: string; durationMillis: number;
  outcome: Outcome; headline: string; counts: Counts;
}

/** A step that a job took. `batches` are the tests that ended with it; a pass shown here is provisional, a failure is final. */
export interface Progress {
  stage: 'reading' | 'profiling' | 'testing' | 'concluding' | 'done';
  done: number;
  total: number | null;
  label: string;
  batches: Batch[];
  /** Tests that this step measured, by id. */
  measured?: string[];
}

export interface Thresholds { warning: number; alert: number }
export interface Estimate { value: number | null; low: number | null; high: number | null }
/** A further number. Of kind `LOG_ODDS_Z`, `FEATURE` or `FAIRNESS_GROUP` its name is one of the data: a token, a column, a group. */
export interface CaseMetric { kind: string; metric: string; value: number | null }
export interface CalibrationBin { confidence: number; observed: Estimate; n: number }
/** The numbers of a chart, by its form. */
export type Figure =
  | { form: 'subset_bars'; feature: string; metric: string; unit: Unit; better: Better; overall: number | null; threshold: number | null;
      bars: { label: string; n: number; metric: Estimate; reference: number | null; severity: Severity }[] }
  | { form: 'distributions'; feature: string; numeric: boolean;
      bins: { label: string; from: number | null; to: number | null; reference: number; evaluation: number }[]; of?: string }
  | { form: 'metric_pair'; metric: string; unit: Unit; better: Better; reference: Estimate; evaluation: Estimate; warning: number | null; alert: number | null }
  | { form: 'calibration'; reference: CalibrationBin[]; evaluation: CalibrationBin[] }
  | { form: 'failing_values'; feature: string; rule: string; values: ValueCount[]; more: number }
  | { form: 'breakdown'; rows: { label: string; pass: number; warning: number; fail: number; skip: number }[] }
  | { form: 'strain'; rows: { label: string; marks: { caseId: string; label: string; strain: number; severity: Severity; evident: boolean }[] }[] };

/** One judged question about one feature, one pair, one text column, or the whole set. */
export interface Case {
  /** `category:test`, `category:test[a, b]#aspect`. A name that holds `#`, `[`, `]`, `,`, a quote or a backslash stands in quotes. */
  id: string;
  features: string[];
  family: string;
  kind: Kind;
  status: Status;
  severity: Severity;
  provisional: boolean;
  reason: string | null;
  sentence: string;
  statistic: number | null;
  statisticUnit: Unit;
  effect: number | null;
  effectUnit: Unit;
  ciLow: number | null;
  ciHigh: number | null;
  pValue: number | null;
  qValue: number | null;
  thresholds: Thresholds | null;
  /** The strain: 0.5 at the warning threshold, 1 at the alert threshold, 2 the worst that can be shown; of what warns it stays under 1. */
  severityScore: number;
  severityScoreLow: number;
  evident: boolean;
  method: string;
  /** The statistic comes from counts in cells of the scores (merged bins of a firewall, very many scores): write ≈ before it. */
  approximate?: true;
  nReference: number | null;
  nEvaluation: number | null;
  subset: string | null;
  /** Whether the model's own calibrated probabilities expect the weakness. An expected one warns at most, unless `sensitivity` is `more`. */
  weakness: 'expected' | 'confident' | null;
  /** The same subset of the reference is as weak: nothing new. */
  asBefore: boolean;
  /** Subsets of much the same rows, which this case stands for. */
  related?: string[];
  rows: { count: number; share: number; sample: number[] } | null;
  metrics: CaseMetric[];
  figure: Figure | null;
  /** What would be regained if its rows did as well as the rest. */
  regain?: { metric: string; name: string; from: number; to: number };
  /** Somebody lets it be: it passes, and this is what it would have been. */
  accepted?: { reason: string; expires?: string; through?: string; status: Status; severity: Severity };
  /** It failed in the baseline already: it passes, and this is what it would have been. */
  known?: { status: Status; severity: Severity };
}
export interface Counts { total: number; pass: number; warning: number; fail: number; skip: number }
/** One test of the catalogue with its cases, worst first. */
export interface Batch {
  id: string;
  name: string;
  category: Category;
  risk: Risk;
  kind: Kind;
  text: { checks: string; matters: string; decided: string };
  severity: Severity;
  severityScore: number;
  counts: Counts;
  reason: string | null;
  cases: Case[];
}
export interface ModelMetric { id: string; name: string; better: Better; unit: Unit; reference: number | null; evaluation: number | null; severity: Severity; judged: Judgement }
/** What the test of a metric over all rows came to. `small`: a difference is evident, and too small to warn. */
export type Judgement = 'not_judged' | 'holds' | 'small' | 'warns' | 'fails' | 'accepted' | 'known';
export interface CategoryResult { category: Category; severity: Severity; severityScore: number; counts: Counts; tests: string[]; failingTests: string[] }
/** Failing cases that share a feature, or most of their rows, as one thing to look at. */
export interface Finding {
  title: string;
  sentence: string;
  severity: Severity;
  severityScore: number;
  category: Category;
  lead: string;
  cases: string[];
  features: string[];
  rows: number | null;
  regain: { metric: string; name: string; from: number; to: number } | null;
}
/**
 * The run in one word: `data_only` where there was no model, `not_judged` where none of its metrics was judged over all rows (or nothing at all),
 * `ready_with_limits` where all that warns is a weakness that the model's own calibrated probabilities expect.
 */
export type Outcome = 'ready' | 'ready_with_limits' | 'caution' | 'not_ready' | 'inconclusive' | 'data_only' | 'not_judged';
export interface Summary {
  outcome: Outcome;
  headline: string;
  counts: Counts;
  batchesPass: number;
  batchesWarning: number;
  batchesAlert: number;
  numInputs: number;
  numFailingInputs: number;
  abnormalityRate: number | null;
  risks: { risk: Risk; score: number; tests: number }[];
  banners: { code: string; text: string }[];
  /** Cases that would fail or warn, and are accepted. */
  accepted: number;
  /** Cases that would fail or warn, and did in the baseline. */
  known: number;
}
export interface SideInfo { dataset: string; file: string; sha256: string; rows: number; labelled: number; predicted: number }
/** Everything that a stress test found. */
export interface RunDocument {
  format: number;
  engine: string;
  id: string;
  name: string;
  modelTask: ModelTask;
  model: string | null;
  seed: number;
  sensitivity: Sensitivity;
  positiveClass: string | null;
  /** The evidence for that class, and the one that it could be instead; absent for other tasks. */
  positive?: PositiveClass;
  decisionThreshold: number | null;
  classes: string[];
  reference: SideInfo;
  evaluation: SideInfo;
  summary: Summary;
  modelMetrics: ModelMetric[];
  findings: Finding[];
  suggestions: { category: Category; text: string; case: string }[];
  categories: CategoryResult[];
  batches: Batch[];
  /** What was decided about cases after they were judged. */
  decisions?: { accepted: Acceptance[]; today?: string; baseline?: Baseline };
  /** Failing cases that belong together, those that are let be included; absent where none is. */
  groups?: string[][];
  /** What was aligned between the files before anything was measured, and what could not be; absent where nothing was. */
  problems?: Problem[];
  /** The evaluation is production over some time, as a firewall keeps it: normal or abnormal rather than ready or not. */
  production?: true;
}

/** What became of a case from one run to the next. */
export type Change = 'new' | 'worse' | 'unchanged' | 'better' | 'mended' | 'gone';
/** A case in one of two runs; status and severity are what was judged, acceptances and baselines apart. */
export interface CaseState { status: Status; severity: Severity; severityScore: number; effect: number | null; sentence: string; letBe: boolean }
export interface CaseChange {
  id: string; test: string; name: string; category: Category; features: string[]; effectUnit: Unit;
  change: Change; before: CaseState | null; after: CaseState | null;
}
export interface ComparedRun {
  id: string; name: string; model: string | null; sensitivity: Sensitivity; reference: SideInfo; evaluation: SideInfo;
  outcome: Outcome; headline: string; counts: Counts;
}
export interface MetricValues { reference: number | null; evaluation: number | null; severity: Severity }
/** Two runs side by side. */
export interface Comparison {
  before: ComparedRun;
  after: ComparedRun;
  /** What must be known first: other data, another model, another sensitivity. */
  notes: string[];
  metrics: { id: string; name: string; better: Better; unit: Unit; before: MetricValues | null; after: MetricValues | null }[];
  /** `calm`: cases of both runs that neither fail nor warn in either. */
  counts: Record<Change | 'calm', number>;
  /** Cases that fail or warn in one of the runs: new, worse, unchanged, better, mended, gone; worst first in each. */
  cases: CaseChange[];
  findingsBefore: { change: Change; finding: Finding }[];
  findingsAfter: { change: Change; finding: Finding }[];
}
/** A row, with the cells (by column) that made it one of the case's, the words in them that are to blame, and why in words. */
export interface RowView { row: number; cells: (string | null)[]; marked: number[]; words: string[]; reason: string | null }
/** Rows of the loaded data that a case is about. They are never part of a run. */
export interface RowPage { columns: string[]; rows: RowView[]; total: number }

/** A data set's rows in a time bin. Times are milliseconds since 1970-01-01 UTC. */
export interface Bin {
  start: number;
  /** Exclusive. */
  end: number;
  rows: number;
  labelled: number;
  predicted: number;
  /** Whether the data reach its end. */
  complete: boolean;
  /** Whether it was judged on its own; if not, `reason` says why. */
  judged: boolean;
  reason: string | null;
  severity: Severity;
  risks: { risk: Risk; severity: Severity }[];
  counts: Counts;
  /** Rows with any abnormality. */
  abnormal: number | null;
  sources: { dataset: string; file: string; sha256: string; rows: number }[];
  /** Events that it belongs to, by id. */
  events: string[];
}
/** What became of a batch or of labels: the bins it filled or changed, and what is wrong or odd. */
export interface BatchReport { bins: number[]; problems: Problem[] }
export interface Point {
  /** The bin, by its start. */
  bin: number;
  value: number | null;
  /** The 95 % interval. */
  low: number | null;
  high: number | null;
  /** The realised value, where `value` is estimated without labels and labels are there. */
  realised?: number;
  /** What is held against the thresholds. */
  effect: number | null;
  severity: Severity;
  n: number;
}
/** One number over time. */
export interface Series {
  /** The feature, pair or subset that it is about; empty for all rows. */
  object: string;
  reference: number | null;
  /** Values from which it warns: one, or one below and one above the reference. */
  warning: number[];
  alert: number[];
  /** The worst severity of its open events. */
  status: Severity;
  points: Point[];
}
export interface Note {
  /** `YYYY-MM-DD` */
  on: string;
  text: string;
}
export interface MonitorInfo {
  /** The test's id, `abnormality_rate`, or `custom:<slug>`. */
  id: string;
  name: string;
  description: string;
  test: string | null;
  category: Category;
  risk: Risk;
  better: Better;
  unit: Unit;
  custom: CustomMonitor | null;
  pinned: boolean;
  muted: boolean;
  notes: Note[];
  /** The worst severity of its open events. */
  status: Severity;
  /** Worst first. */
  series: Series[];
}
/** Something that goes some way to explain an event. */
export interface Cause {
  /** Rows moved between parts of a feature; the model does otherwise within a part; values are distributed otherwise; rows are unlike the reference; words changed. */
  kind: 'mix' | 'within' | 'drift' | 'abnormal' | 'tokens';
  features: string[];
  /** The part that bears most of it: `= next-1`. */
  subset: string | null;
  sentence: string;
  /** The part of the change that it explains; may be negative. */
  share: number | null;
  mix: number | null;
  within: number | null;
  rows: number | null;
  case: string | null;
  /** The words whose share of texts changed most. */
  tokens: { token: string; reference: number; event: number }[];
  /** Rows to look at: the bin, and the row within it. */
  examples: { bin: number; row: number }[];
}
/** That somebody dealt with an event. What goes on after `until`, where the event ended by then, is open again. */
export interface Resolution { on: string; note: string; until?: number }
/** One contiguous stretch of abnormal bins of one monitor and object. */
export interface FirewallEvent {
  id: string;
  /** By id. */
  monitor: string;
  monitorName: string;
  /** The feature, pair or subset; empty for all rows. */
  object: string;
  /** Single bins show it; or no single bin did when it began, several together did. */
  kind: 'abrupt' | 'creeping';
  category: Category;
  risk: Risk;
  severity: Severity;
  start: number;
  end: number;
  /** Its worst bin, by start. */
  worst: number;
  bins: number;
  rows: number;
  /** Whether it still goes on in the last bin. */
  open: boolean;
  sentence: string;
  value: number | null;
  reference: number | null;
  /** What explains it most, first. */
  causes: Cause[];
  /** Other events in the same bins, by id. */
  together: string[];
  resolved: Resolution | null;
  notes: Note[];
  muted: boolean;
  /** The incident that it is part of, by id. */
  incident: string;
}
/** Events of one cause over one stretch of time. */
export interface Incident {
  /** Stable as far as those of its events are. */
  id: string;
  /** The worst of its events that are neither muted nor resolved; of all, where none is left. */
  severity: Severity;
  start: number;
  /** Exclusive. */
  end: number;
  /** Whether any of its events still goes on in the last bin. */
  open: boolean;
  /** The part of the data that it is about (`product = Wallet`), or the metric. */
  title: string;
  /** The sentence of the event that tells most. */
  sentence: string;
  cause: Cause | null;
  /** By id, the one that tells most first. */
  events: string[];
  /** What its events are about or their first causes name; a text stands for all that is measured in it. */
  features: string[];
  /** Abnormal bins. */
  bins: number;
  rows: number;
  /** The last resolution, where every event of it was dealt with. */
  resolved: Resolution | null;
  /** Whether all of its events are muted. */
  muted: boolean;
}
/** A number that a monitor of your own can follow. */
export interface MonitorChoice {
  /** What `CustomMonitor.test` names. */
  test: string;
  name: string;
  category: Category;
  unit: Unit;
  better: Better;
  /** The features, pairs or scores that it has numbers of; empty where it is about all rows. */
  objects: string[];
  /** Whether it cuts features into subsets, so that one `subset` can be followed. */
  subsets: boolean;
  /** Whether a monitor follows it already. */
  followed: boolean;
}
/** A number a row of some rows, as sums that add up over bins. */
export interface Moments { rows: number; weight: number; squares: number; mean: number; spread: number }
/** A custom metric that a firewall follows over time. */
export interface FollowedMetric {
  /** Its monitor is `model_performance:<id>`. */
  id: string;
  name: string;
  better: Better;
  unit: Unit;
  thresholds?: Thresholds;
  description?: string;
  /** Why it cannot be followed: it is computed over whole sets (`compute`), or its function threw. */
  skipped?: string;
  reference: Moments;
  /** The reference's rows by weekday, Monday first. */
  weekdays?: Moments[];
}
/** A rule of the check of single rows. */
export interface CheckRule {
  rule: string;
  features: string[];
  /** In words: `one of 12 known values`. */
  asks: string;
  action: Action;
  /** The share of reference rows that would have fired it. */
  referenceShare: number;
}
/** What is decided about a row: the strictest of the rules that fired, strictest first. */
export interface Decision { action: Action; rules: { rule: string; features: string[]; action: Action; sentence: string }[] }
export interface FirewallConfig extends Omit<FirewallOptions, 'replace'> { model: string; reference: string }
/** A firewall at one look. */
export interface FirewallView {
  /** A hash of the reference and the configuration. */
  readonly id: string;
  readonly config: FirewallConfig;
  readonly modelTask: ModelTask;
  readonly classes: string[];
  readonly reference: SideInfo;
  readonly features: string[];
  /** How the budget of false events becomes levels of evidence. */
  readonly alarm: { budget: number; binsAYear: number; families: number; level: number; creepingLevel: number; weekdays: boolean };
  /** The worst severity of its open events. */
  readonly status: Severity;
  readonly headline: string;
  /** What to read first. */
  readonly insights: { severity: Severity; text: string; detail: string; incident: string | null; event: string | null; monitor: string | null }[];
  /** The metrics of the last judged bin. */
  readonly lastMetrics: ModelMetric[];
  readonly bins: Bin[];
  /** Pinned ones, then the worst. */
  readonly monitors: MonitorInfo[];
  /** Open ones first, then the latest. */
  readonly events: FirewallEvent[];
  /** The events grouped by what they are about: open ones first, then the worst, then the latest. */
  readonly incidents: Incident[];
  readonly rules: CheckRule[];
  /** What each feature usually is in the reference, as text; null for free text. A row to begin with. */
  readonly typical: {
    feature: string;
    value: string | null;
    /** The values of a category, the commonest first; at most a hundred. */
    values?: string[];
    /** The commonest words of free text. */
    words?: string[];
  }[];
  /** Rows that the ledger remembers; null without one. */
  readonly ledger: number | null;
  /** The custom metrics that it follows: those registered when it was created. */
  readonly customMetrics: FollowedMetric[];
}
/** A firewall's document: profiles, thresholds, history, decisions. No rows. `baseline` and `counts` are base64 of the engine's own form. */
/** How a column was read, so that one of the same name in a later file is read alike. */
export interface SettledColumn {
  name: string;
  type: ColumnType;
  role: Role;
  /** Whether the reader set the role. */
  said: boolean;
  dateOrder?: { reading: 'day_first' | 'month_first'; proven: boolean };
  decimal?: { reading: 'point' | 'comma'; proven: boolean };
  /** The unit in which its numbers stand, empty where there is none; absent where nobody noted it. */
  unit?: string;
  /** How false and true are written, where the column holds nothing else. */
  truthWords?: [string, string];
  /** Values that other files take for missing ones. */
  valuesLikeMissing?: string[];
}
export interface FirewallDocument {
  format: number;
  engine: string;
  id: string;
  config: FirewallConfig;
  modelTask: ModelTask;
  reference: SideInfo;
  params: DataParams;
  /** What the reference settled about its columns; batches are read alike. */
  settled?: SettledColumn[];
  baseline: string;
  marks: {
    pinned: string[]; muted: string[]; notes: Record<string, Note[]>; resolved: Record<string, Resolution>; monitors: CustomMonitor[];
  };
  /** What explains the events, by their id. */
  causes?: Record<string, Cause[]>;
  customMetrics?: FollowedMetric[];
  bins: { info: Bin; counts: string; ledger?: string; measured?: Record<string, Moments> }[];
}
/** What is known of a firewall without opening it. */
export interface FirewallInfo {
  id: string;
  model: string;
  reference: string;
  binSize: BinSize;
  bins: number;
  lastBin: number | null;
  openEvents: number;
  openIncidents: number;
  status: Severity;
  headline: string;
  /** When it last changed, ISO 8601. */
  updated: string;
}

/** A cell of a result table. */
export type Cell = null | boolean | number | string;

// ── Classes ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface ClientOptions {
  /** Runs the engine in a worker (default in a browser) or in the calling thread, in slices of at most 50 ms (default in Node). */
  worker?: boolean;
  /** Where projects, fingerprints of files, and runs are kept. Rows never are. Memory by default. */
  storage?: 'memory' | 'indexeddb';
  /** The engine's wasm: where it lies, its bytes, or already compiled. By default `dist/` beside this module. */
  wasm?: URL | Response | BufferSource | WebAssembly.Module;
}

/** The door to the engine. Nothing runs before `create`. */
export class Client {
  private constructor();
  static create(options?: ClientOptions): Promise<Client>;
  /** The package's version. */
  static readonly version: string;
  /** Resolves when the engine is compiled and ready. Calls made before wait for it; asking twice is harmless. */
  init(): Promise<void>;
  createProject(project: { name: string; modelTask?: ModelTask; description?: string }): Promise<Project>;
  /** A project with data that the engine generates from a seed: support tickets with planted weaknesses. */
  createSampleProject(hooks?: ReadHooks): Promise<Project>;
  /** Every test of the catalogue, in its order: what `StressTestConfig.tests` can change. */
  catalogue(): Promise<TestInfo[]>;
  listProjects(): Promise<ProjectInfo[]>;
  getProject(id: string): Promise<Project>;
  deleteProject(id: string): Promise<void>;
  /** Reads a file: columns, types, guessed roles, first rows, problems, and what can be read in two ways. */
  inspect(source: Source, options?: ReadOptions, hooks?: ReadHooks): Promise<Inspection>;
  /** From then on every run computes it. Registering an id again replaces it. */
  registerMetric(metric: CustomMetric): void;
  /** From then on every run measures it. Registering an id again replaces it. */
  registerTest(test: CustomTest): void;
  /** What is registered, and what no longer shall be. */
  customMetrics(): CustomMetric[];
  customTests(): CustomTest[];
  unregister(id: string): void;
  /** Why the engine last crashed, or null. A fresh engine has taken its place since. */
  readonly lastCrash: { message: string } | null;
  /** Crashes the engine on purpose, so that a host can rehearse what its readers would see. Always rejects with `engine_crashed`. */
  crashForTest(): Promise<never>;
  /** Cancels what runs and lets the engine go. Further calls reject with `closed`. */
  close(): Promise<void>;
}

/** Data sets, models, predictions and runs that belong together. */
export class Project {
  private constructor();
  readonly id: string;
  readonly name: string;
  readonly modelTask: ModelTask | null;
  readonly description: string;
  readonly info: ProjectInfo;
  /** Registering a name again replaces what it stood for. */
  /**
   * Without `params` a file that the project knows, by its bytes, takes those that it was registered with, answers to questions among them;
   * `params` (`{}` too) replace them.
   */
  registerDataset(name: string, source: Source, params?: DataParams, hooks?: ReadHooks): Promise<DatasetInfo>;
  /** Names a model of which only predictions are known. */
  registerModel(name: string): Promise<ModelInfo>;
  /** Row i of the source belongs to row i of the data set, unless `params.idCol` joins them. Names the model if it is new. */
  registerPredictions(dataset: string, model: string, source: Source, params?: PredictionParams, hooks?: ReadHooks): Promise<PredictionInfo>;
  /**
   * Reads a file again that a reload forgot: each data set, its labels and predictions whose SHA-256 it has are registered with the
   * parameters they had, so that the rows of earlier runs can be seen. Gives what came back; nothing where the project does not know the file.
   */
  restore(source: Source, hooks?: ReadHooks): Promise<string[]>;
  /** Makes the rows of the sample project again, which came from no file. */
  restoreSample(hooks?: ReadHooks): Promise<string[]>;
  /**
   * The truth of a data set from a file of its own: joined by `params.idCol` or a key that both files have, else row by row. It takes the
   * place of the label that the data set had. Predictions, parts and runs that come after it use it.
   */
  registerLabels(dataset: string, source: Source, params?: LabelParams, hooks?: ReadHooks): Promise<LabelInfo>;
  /** Cuts one data set into two, `<name> (reference)` and `<name> (evaluation)`: by its timestamp, or into seeded halves. Runs on them say so. */
  splitDataset(name: string, options?: { by?: 'time' | 'halves'; seed?: number }): Promise<{ reference: DatasetInfo; evaluation: DatasetInfo }>;
  datasets(): DatasetRecord[];
  labels(): LabelRecord[];
  models(): ModelInfo[];
  predictions(): PredictionRecord[];
  startStressTest(config: StressTestConfig): Job<TestRun>;
  listTestRuns(): Promise<TestRunInfo[]>;
  getTestRun(id: string): Promise<TestRun>;
  deleteTestRun(id: string): Promise<void>;
  /**
   * Lets a case be in every later run of this project, and in earlier ones once they are judged again.
   * With `covers: 'finding'` all that a run groups with it (`finding.lead` stands for `finding.cases`).
   */
  accept(caseId: string, acceptance: { reason: string; expires?: string; covers?: 'case' | 'finding' | string[] }): Promise<void>;
  /** Takes an acceptance back; of a case that is covered by another's, that one. */
  revoke(caseId: string): Promise<void>;
  acceptances(): Acceptance[];
  /** Judges a run that ended again, with what the project accepts now. Nothing is measured again; no data are needed. */
  rejudge(run: TestRun | string): Promise<TestRun>;
  /** Two runs side by side. */
  compare(before: TestRun | string, after: TestRun | string): Promise<Comparison>;
  /** The rows that a case is about, worst first, from the loaded data. */
  rows(run: TestRun | string, caseId: string, page?: { offset?: number; limit?: number }): Promise<RowPage>;
  /** Makes a model that is registered here the one to be watched. Another one before it steps back. */
  promoteModel(name: string): Promise<void>;
  readonly promotedModel: string | null;
  /**
   * Learns from a registered reference what is normal. `model` is the promoted one (else `model_not_promoted`); where the reference has none of
   * its predictions, and for `null`, the data alone are watched. A project has one firewall: a second one is refused (`firewall_exists`) unless
   * it is to `replace` the first.
   */
  createFirewall(model: string | null, reference: string, options?: FirewallOptions, hooks?: ReadHooks): Promise<Firewall>;
  /**
   * The project's firewall, as it was kept; no file is needed. The same object each time, caught up with what other tabs changed. Rejects with
   * code `no_firewall` where there is none.
   */
  getFirewall(): Promise<Firewall>;
  /** What is known of the firewall without opening it; null where there is none. */
  firewallInfo(): Promise<FirewallInfo | null>;
  /** A firewall from its document (an object, or its JSON). Its model counts as promoted. */
  importFirewall(json: FirewallDocument | string, options?: { replace?: boolean }): Promise<Firewall>;
  deleteFirewall(): Promise<void>;
}

/**
 * A promoted model watched over bins of production data. What is asked for without `await` is as it stood after the last change made through
 * this object. A change is kept before its promise resolves; one that rejects has changed nothing. Where another tab changed the firewall
 * meanwhile, a change starts from what stands there now, or rejects with `firewall_changed`.
 */
export class Firewall {
  private constructor();
  /** A firewall that stands on its own: it can be asked and changed, is not kept, and has no data sets to test. */
  static fromJSON(client: Client, json: FirewallDocument | string): Promise<Firewall>;
  readonly id: string;
  /** Everything at one look; not a copy. */
  readonly view: FirewallView;
  /** In one sentence. */
  readonly headline: string;
  /** The worst severity of the open events. */
  readonly status: Severity;
  /** What became of the last batch or labels of this session. */
  readonly lastReport: BatchReport | null;
  /**
   * Cuts a registered data set into bins by its timestamp and judges each against the reference; gives the bins that it filled. A data set
   * that reaches into bins that are filled is refused (`bins_exist`) unless they are to be overridden. A batch that is cancelled or
   * fails leaves everything as it was. `model` is the firewall's where absent; `null` tests the data alone.
   */
  startContinuousTest(dataset: string, options?: { overrideExistingBins?: boolean; model?: string | null }): Job<Bin[]>;
  /** In order of time. */
  bins(): Bin[];
  /** Pinned ones, then the worst. */
  listMonitors(): Monitor[];
  /** A row an event, open ones first, then the latest. */
  events(): ResultTable;
  /** Throws with code `unknown_event`. */
  event(id: string): FirewallEvent;
  /** A row an incident: events of one cause over one stretch of time. Open ones first, then the worst, then the latest. */
  incidents(): ResultTable;
  /** An incident by its id or by that of one of its events. Throws with code `unknown_incident`. */
  incident(id: string): Incident;
  /** A row a bin. */
  binsTable(): ResultTable;
  /** What the monitors followed, or one of them: a row a bin of a series. */
  seriesTable(monitor?: Monitor | string): Promise<ResultTable>;
  /**
   * One bin, by its start, or all bins from `from` to `to` (exclusive) merged, judged as one run against the reference. No data are needed.
   * Its `testing_type` is `continuous_test`.
   */
  run(bins: Moment | { from: Moment; to: Moment }): Promise<TestRun>;
  /** The rows of a bin that a case of its run is about. Rejects with `rows_not_loaded` where the bin's data are not loaded in this session. */
  rows(bin: Moment, caseId: string, page?: { offset?: number; limit?: number }): Promise<RowPage>;
  /** Decides about rows, or one, from what the reference taught alone: a decision a row, in order. */
  check(rows: Record<string, unknown>[] | Record<string, unknown>): Promise<Decision[]>;
  /** The rules of `check`. */
  rules(): CheckRule[];
  /** `unseen_categorical` sets it for all features, `unseen_categorical[city]` for one. */
  setRule(rule: string, action: Action): Promise<void>;
  /** Keeps a monitor on top. */
  pin(monitor: Monitor | string): Promise<void>;
  unpin(monitor: Monitor | string): Promise<void>;
  /** Keeps a monitor's events quiet: they stay listed, and no longer count for the status. */
  mute(monitor: Monitor | string): Promise<void>;
  unmute(monitor: Monitor | string): Promise<void>;
  /** Writes a note beside a monitor, an event or an incident (beside the event that tells most of it), with today's date (UTC). */
  note(on: Monitor | FirewallEvent | Incident | string, text: string): Promise<void>;
  /** Says that an event, or every event of an incident, was dealt with today (UTC). */
  resolve(event: FirewallEvent | Incident | string, note?: string): Promise<void>;
  reopen(event: FirewallEvent | Incident | string): Promise<void>;
  /** What `addMonitor` can follow: every number that the bins hold, whether a monitor follows it already or not. */
  monitorChoices(): Promise<MonitorChoice[]>;
  addMonitor(monitor: CustomMonitor): Promise<void>;
  removeMonitor(monitor: Monitor | string): Promise<void>;
  /** Sets how many false events a year are accepted; all bins are judged anew. */
  setBudget(falseEventsAYear: number): Promise<void>;
  /** Joins the labels of a registered data set, by its `idCol`, to the rows that the ledger remembers. */
  addLabels(dataset: string, hooks?: ReadHooks): Promise<BatchReport>;
  /** The whole firewall without any row; `importFirewall` and `fromJSON` take it back. */
  toJSON(): Promise<FirewallDocument>;
}

/** Milliseconds since 1970-01-01 UTC, a date, or a text in ISO 8601. */
export type Moment = number | Date | string;

export interface Monitor extends Readonly<MonitorInfo> {}
/** A number that is followed over time, with its series. */
export class Monitor {
  private constructor();
  /** Open ones first, then the latest. */
  detectedEvents(): FirewallEvent[];
}

export type JobStatus = 'running' | 'succeeded' | 'failed' | 'cancelled';

/** Work that goes on. Iterate it for progress, each iteration from the start; ask `result()` for what came of it. */
export class Job<T> implements AsyncIterable<Progress> {
  private constructor();
  readonly status: JobStatus;
  result(): Promise<T>;
  /** Answered within 200 ms: `result()` rejects with code `cancelled`. */
  cancel(): void;
  [Symbol.asyncIterator](): AsyncIterator<Progress>;
}

/** What a stress test found. */
export class TestRun {
  private constructor();
  readonly id: string;
  readonly name: string;
  readonly summary: Summary;
  /** Metrics of the model by id: `{ accuracy: { reference, evaluation }, … }`. */
  readonly modelMetrics: Record<string, { reference: number | null; evaluation: number | null }>;
  /** Worst first. */
  readonly findings: Finding[];
  /** When it ended, ISO 8601. */
  readonly uploadTime: string;
  readonly durationMillis: number;
  /** One row: the run. */
  resultTable(): ResultTable;
  /** A row a case. `metrics` adds sparse columns `<KIND>:<metric>`. */
  testCases(options?: { metrics?: boolean }): ResultTable;
  categories(): ResultTable;
  batches(): TestBatch[];
  /** `subset_performance:subset_macro_f1`. Throws with code `unknown_test` where the run holds no such test. */
  batch(id: string): TestBatch;
  /** Lets a case be, in this project from now on, and judges this run again: the run as it is then. */
  accept(caseId: string, acceptance: { reason: string; expires?: string; covers?: 'case' | 'finding' | string[] }): Promise<TestRun>;
  /** Takes an acceptance back, and judges this run again. */
  revoke(caseId: string): Promise<TestRun>;
  /** What fails and warns in this run, acceptances apart: what a later run's `baseline` takes. */
  baseline(): Baseline;
  toJSON(): RunDocument;
  toMarkdown(): Promise<string>;
  toJUnit(): Promise<string>;
  /** One self-contained page without script. `samples` adds rows of the loaded data for failing cases. */
  toHTML(options?: { samples?: boolean }): Promise<string>;
}

/** One test of a run. */
export class TestBatch {
  private constructor();
  readonly id: string;
  readonly name: string;
  readonly category: Category;
  readonly severity: Severity;
  /** One row: the test. */
  summary(): ResultTable;
  testCases(options?: { metrics?: boolean }): ResultTable;
  toJSON(): Batch;
}

/** A result as rows and columns. */
export class ResultTable {
  private constructor();
  readonly columns: string[];
  readonly length: number;
  rows(): Record<string, Cell>[];
  /** Quoted where needed; text that a spreadsheet would take for a formula is defused with an apostrophe. */
  toCSV(): string;
  /** An Arrow IPC stream. */
  toArrow(): Promise<Uint8Array>;
}

/** The one error of this package. `code` is stable; `message` says what mends it. */
export class StraingaugeError extends Error {
  constructor(code: string, message: string, details?: ErrorDetails & Record<string, unknown>);
  readonly name: 'StraingaugeError';
  readonly code: string;
  readonly details: ErrorDetails & Record<string, unknown>;
}
