import type { Check } from '../check.ts'
import type { CaseBase } from '../recorded.ts'
import { runAliases } from './aliases.ts'
import {
  runCsvLogger,
  runEarlyStopping,
  runLearningRateScheduler,
  runModelCheckpoint,
  runReduceLearningRate,
  runTerminateOnNan,
} from './callbacks.ts'
import { runEvents } from './events.ts'
import { runActivation, runConstraint, runRegularizer } from './functions.ts'
import { runExactInitializer, runOrthogonalInitializer, runRandomInitializer } from './initializer.ts'
import { runLayer } from './layer.ts'
import { runLookup } from './lookup.ts'
import { runLoss } from './loss.ts'
import { runMetric } from './metric.ts'
import { runModel, runModelConfig } from './model.ts'
import { runOp } from './op.ts'
import { runOptimizer } from './optimizer.ts'
import { runProgress } from './progress.ts'
import { runRandomLayer } from './random-layer.ts'
import { runRefusal } from './refusal.ts'
import { runSchedule } from './schedule.ts'
import { runSeedStatistics } from './seed-statistics.ts'
import { runOptimizerFit, runSeedJob, runSwapEma, runTraining } from './training.ts'
import { runUtil } from './util.ts'

/** Compares one case of a kind. `siblings` are all cases of the same file. */
export type Runner = (entry: never, check: Check, siblings: readonly CaseBase[]) => void | Promise<void>

/** The function that compares the cases of each kind. */
export const runners: Readonly<Record<string, Runner>> = {
  activation: runActivation,
  aliases: runAliases,
  callback_csv_logger: runCsvLogger,
  callback_early_stopping: runEarlyStopping,
  callback_events: runEvents,
  callback_lr_scheduler: runLearningRateScheduler,
  callback_model_checkpoint: runModelCheckpoint,
  callback_reduce_lr: runReduceLearningRate,
  callback_swap_ema: runSwapEma,
  callback_terminate_on_nan: runTerminateOnNan,
  constraint: runConstraint,
  error: runRefusal,
  initializer_exact: runExactInitializer,
  initializer_orthogonal: runOrthogonalInitializer,
  initializer_stats: runRandomInitializer,
  layer: runLayer,
  lookup_layer: runLookup,
  loss: runLoss,
  metric: runMetric,
  model: runModel,
  model_config: runModelConfig,
  op: runOp,
  optimizer: runOptimizer,
  optimizer_fit: runOptimizerFit,
  progbar: runProgress,
  random_layer: runRandomLayer,
  regularizer: runRegularizer,
  schedule: runSchedule,
  seed_job: runSeedJob,
  seed_job_statistics: runSeedStatistics,
  training: runTraining,
  util: runUtil,
}
