// The cases of optimizers and of the small parts, by their types.
import type { OptimizerCheckOptions, PartCheckOptions } from '@gradus/testing'
import * as optimizers from '../optimizers.ts'

/** What the outer optimizer does not take. */
const outer = {
  'converges in a quadratic bowl, compiled, in constant memory': 'the inner optimizer has the learning rate',
  'reduces the loss along a curved valley': 'the inner optimizer has the learning rate',
  'clips gradients as configured': 'the inner optimizer clips',
} as const
const single = () => new optimizers.OptimizerMap({ defaultOptimizer: new optimizers.SGD() })

/** The cases of optimizers that do not run with the defaults. */
export const optimizerCases: Readonly<Record<string, OptimizerCheckOptions>> = {
  Adadelta: { learningRate: 20 },
  Ftrl: { learningRate: 0.5 },
  LossScaleOptimizer: { config: { innerOptimizer: new optimizers.SGD() }, skip: outer },
  MultiOptimizer: { config: { optimizerMap: single() }, skip: outer },
  OptimizerMap: { config: single().config, skip: outer },
}

/** The options that a part needs, and the options of its suite. */
export interface PartCase extends PartCheckOptions {
  readonly config?: object
}

/** The cases of initializers, regularizers, constraints, schedules and callbacks that have required options. */
export const partCases: Readonly<Record<string, PartCase>> = {
  Identity: {
    shapes: [
      [3, 3],
      [2, 3],
    ],
  },
  STFT: { shapes: [[5, 1, 8]], config: { side: 'real' } },
  OrthogonalRegularizer: { shapes: [[4, 3]] },
  CosineDecay: { config: { initialLearningRate: 0.1, decaySteps: 10 } },
  CosineDecayRestarts: { config: { initialLearningRate: 0.1, firstDecaySteps: 10 } },
  Cyclic: { config: { initialLearningRate: 0.1, maxLearningRate: 0.2 } },
  ExponentialDecay: { config: { initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.9 } },
  InverseTimeDecay: { config: { initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.9 } },
  OneCycle: { config: { maxLearningRate: 0.1, totalSteps: 10 } },
  PiecewiseConstantDecay: { config: { boundaries: [5], values: [0.1, 0.01] } },
  PolynomialDecay: { config: { initialLearningRate: 0.1, decaySteps: 10 } },
  BackupAndRestore: { config: { backupDir: 'backup' } },
  CSVLogger: { config: { filename: 'log.csv' } },
  LearningRateScheduler: {
    config: { schedule: (_epoch: number, rate: number) => rate },
    skip: {
      'its config survives JSON': 'a function cannot be saved',
      'undefined means that an option is not set': 'a function cannot be saved, and specs are compared',
    },
  },
  ModelCheckpoint: { config: { filepath: 'model.gradus' } },
}
