import type { Outcome } from './outcome.ts'
import { defaults, type HiddenLayer, type Settings } from './settings.ts'

/** Example settings, with the outcome of training and the reason for it. */
export interface Preset {
  readonly name: string
  readonly succeeds: boolean
  readonly why: string
  readonly outcome: Outcome
  readonly settings: Settings
}

const relu = (...units: number[]): HiddenLayer[] => units.map((count) => ({ units: count, activation: 'relu' }))
const tanh = (...units: number[]): HiddenLayer[] => units.map((count) => ({ units: count, activation: 'tanh' }))

interface Description extends Omit<Preset, 'settings'> {
  readonly settings: Partial<Settings>
}

const described: readonly Description[] = [
  {
    name: 'Side effects by age',
    succeeds: true,
    why: 'The classes differ by one threshold on one input, and two small layers find it.',
    outcome: { ends: 'test accuracy', epochs: 20, bound: 0.9 },
    settings: {},
  },
  {
    name: 'Circles',
    succeeds: true,
    why: 'A few tanh units bend the boundary until it closes around the inner class.',
    outcome: { ends: 'test accuracy', epochs: 20, bound: 0.97 },
    settings: { optimizer: 'Adam', data: 'circles', layers: tanh(6), learningRate: 0.03, noise: 0.1 },
  },
  {
    name: 'XOR without a hidden layer',
    succeeds: false,
    why: 'Without a hidden layer the boundary is one straight line, and no line separates XOR.',
    outcome: { ends: 'no progress', epochs: 20, bound: 0.65 },
    settings: { optimizer: 'Adam', data: 'xor', layers: [], learningRate: 0.03, noise: 0 },
  },
  {
    name: 'XOR with a hidden layer',
    succeeds: true,
    why: 'Each hidden unit adds one line, and together the lines divide the plane into quarters.',
    outcome: { ends: 'test accuracy', epochs: 20, bound: 0.97 },
    settings: { optimizer: 'Adam', data: 'xor', layers: tanh(8), learningRate: 0.03, noise: 0 },
  },
  {
    name: 'Handwritten digits',
    succeeds: true,
    why: 'Each hidden unit responds to strokes in certain positions, and the outputs combine the responses.',
    outcome: { ends: 'test accuracy', epochs: 10, bound: 0.94 },
    settings: {
      optimizer: 'Adam',
      data: 'digits',
      layers: relu(12),
      learningRate: 0.01,
      batchSize: 32,
      noise: 0,
    },
  },
  {
    name: 'Digits through two units',
    succeeds: false,
    why: 'The outputs get only two numbers for each digit, which are too few to separate ten classes.',
    outcome: { ends: 'low accuracy', epochs: 20, bound: 0.65 },
    settings: {
      optimizer: 'Adam',
      data: 'digits',
      layers: tanh(2),
      learningRate: 0.01,
      batchSize: 32,
      noise: 0,
    },
  },
  {
    name: 'Learning rate too large',
    succeeds: false,
    why: 'Each step overshoots the minimum, so the loss goes up and down instead of falling.',
    outcome: { ends: 'unsteady', epochs: 30, bound: 9 },
    settings: { data: 'curve', layers: tanh(8, 8), optimizer: 'SGD', learningRate: 0.3, noise: 0.1 },
  },
  {
    name: 'Learning rate that diverges',
    succeeds: false,
    why: 'Each step makes the error larger, and with it the next step, until the numbers are no longer finite.',
    outcome: { ends: 'diverges', epochs: 10, bound: 0 },
    settings: { data: 'curve', layers: tanh(8, 8), optimizer: 'SGD', learningRate: 1, noise: 0.1 },
  },
  {
    name: 'Learning rate too small',
    succeeds: false,
    why: 'The direction is right, but the steps are too short to get anywhere in 20 epochs.',
    outcome: { ends: 'no progress', epochs: 20, bound: 0.65 },
    settings: { data: 'circles', layers: tanh(6), optimizer: 'SGD', learningRate: 0.0001, noise: 0.1 },
  },
  {
    name: 'Overfitting',
    succeeds: false,
    why: 'Many weights and few noisy samples: the network memorizes the noise, and the test loss rises.',
    outcome: { ends: 'overfits', epochs: 100, bound: 1.5 },
    settings: {
      optimizer: 'Adam',
      data: 'moons',
      layers: relu(12, 12, 12),
      learningRate: 0.02,
      noise: 0.8,
      trainShare: 0.2,
    },
  },
  {
    name: 'Dead units',
    succeeds: false,
    why: 'With these first weights a whole relu layer gives 0 for every sample, so the gradients of all weights up to it are 0 and stay 0.',
    outcome: { ends: 'no progress', epochs: 20, bound: 0.69 },
    settings: { layers: relu(6, 4), optimizer: 'Adam', learningRate: 0.01 },
  },
  {
    name: 'Spiral',
    succeeds: true,
    why: 'Two wider layers can form a boundary with enough bends to follow the arms, and Adam finds it.',
    outcome: { ends: 'test accuracy', epochs: 100, bound: 0.95 },
    settings: { optimizer: 'Adam', data: 'spiral', layers: relu(12, 12), learningRate: 0.02, noise: 0 },
  },
  {
    name: 'A curve',
    succeeds: true,
    why: 'Regression: one output, trained with the mean squared error, follows the points.',
    outcome: { ends: 'test loss', epochs: 40, bound: 0.05 },
    settings: { optimizer: 'Adam', data: 'curve', layers: tanh(8, 8), learningRate: 0.02, noise: 0.1 },
  },
]

export const presets: readonly Preset[] = described.map((preset) => ({
  ...preset,
  settings: { ...defaults, ...preset.settings },
}))
