export const dataNames = ['side-effects', 'circles', 'xor', 'spiral', 'moons', 'digits', 'curve', 'own'] as const
export const activations = ['relu', 'tanh', 'sigmoid', 'linear'] as const
export const optimizers = ['SGD', 'Momentum', 'Adam'] as const
export const backends = ['wasm', 'cpu', 'webgpu'] as const

export type DataName = (typeof dataNames)[number]
export type Activation = (typeof activations)[number]
export type OptimizerName = (typeof optimizers)[number]
export type BackendName = (typeof backends)[number]

export interface HiddenLayer {
  readonly units: number
  readonly activation: Activation
}

/** A point of the visitor: two coordinates and the class 0 or 1. */
export type OwnPoint = readonly [x: number, y: number, label: number]

/** The settings of a run. Equal settings give equal runs. */
export interface Settings {
  readonly data: DataName
  readonly layers: readonly HiddenLayer[]
  readonly optimizer: OptimizerName
  readonly learningRate: number
  readonly batchSize: number
  /**
   * The strength of the noise, 0 to 1: in coordinates of points and in the brightness of pixels. For the ages it is the share
   * of wrong labels.
   */
  readonly noise: number
  /** The share of the samples that is trained on. */
  readonly trainShare: number
  readonly seed: number
  readonly backend: BackendName
  /** The points of the data set `own`. */
  readonly points: readonly OwnPoint[]
}

export const defaults: Settings = {
  data: 'side-effects',
  layers: [
    { units: 8, activation: 'relu' },
    { units: 8, activation: 'relu' },
  ],
  optimizer: 'SGD',
  learningRate: 0.1,
  batchSize: 10,
  noise: 0.05,
  trainShare: 0.8,
  seed: 1,
  backend: 'wasm',
  points: [],
}

/** The limits of settings. */
export const limits = {
  layers: 4,
  units: 12,
  batchSize: 64,
  points: 200,
  learningRate: [0.00001, 100],
  trainShare: [0.1, 0.9],
} as const

/** Whether two settings are of the same run: they differ at most in the backend. */
export function sameRun(a: Settings, b: Settings): boolean {
  const withoutBackend = (settings: Settings) =>
    JSON.stringify({ ...settings, backend: '', points: settings.data === 'own' ? settings.points : [] })
  return withoutBackend(a) === withoutBackend(b)
}
