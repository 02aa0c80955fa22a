import { defaults, type HiddenLayer, type Settings } from './settings.ts'

/** Settings worth a look, with the reason why they work out or do not. */
export interface Preset {
  readonly name: string
  readonly succeeds: boolean
  readonly why: string
  readonly settings: Settings
}

const relu = (...units: number[]): HiddenLayer[] => units.map((count) => ({ units: count, activation: 'relu' }))
const tanh = (...units: number[]): HiddenLayer[] => units.map((count) => ({ units: count, activation: 'tanh' }))

const preset = (name: string, succeeds: boolean, why: string, changes: Partial<Settings>): Preset => ({
  name,
  succeeds,
  why,
  settings: { ...defaults, ...changes },
})

export const presets: readonly Preset[] = [
  preset(
    'Side effects by age',
    true,
    'One threshold on one input is all there is to find, and two small layers find it.',
    {},
  ),
  preset('Circles', true, 'A few tanh units bend the border until it closes around the inner class.', {
    optimizer: 'Adam',
    data: 'circles',
    layers: tanh(6),
    learningRate: 0.03,
    noise: 0.1,
  }),
  preset(
    'XOR without a hidden layer',
    false,
    'Without a hidden layer the border is one straight line, and no line separates XOR.',
    {
      optimizer: 'Adam',
      data: 'xor',
      layers: [],
      learningRate: 0.03,
      noise: 0,
    },
  ),
  preset(
    'XOR with a hidden layer',
    true,
    'Each hidden unit draws one line, and together they cut the plane into quarters.',
    {
      optimizer: 'Adam',
      data: 'xor',
      layers: tanh(8),
      learningRate: 0.03,
      noise: 0,
    },
  ),
  preset(
    'Learning rate too large',
    false,
    'Each step jumps over the valley it aims for, so the loss goes up and down instead of falling.',
    { data: 'curve', layers: tanh(8, 8), optimizer: 'SGD', learningRate: 0.3, noise: 0.1 },
  ),
  preset(
    'Learning rate that diverges',
    false,
    'Each step makes the error larger, and with it the next step, until the numbers are no longer finite.',
    { data: 'curve', layers: tanh(8, 8), optimizer: 'SGD', learningRate: 1, noise: 0.1 },
  ),
  preset(
    'Learning rate too small',
    false,
    'The direction is right, but with steps this short nothing is reached in a reasonable time.',
    {
      data: 'circles',
      layers: tanh(6),
      optimizer: 'SGD',
      learningRate: 0.0001,
      noise: 0.1,
    },
  ),
  preset(
    'Overfitting',
    false,
    'Many weights and few noisy samples: the network learns the noise by heart, and the test loss rises.',
    {
      optimizer: 'Adam',
      data: 'moons',
      layers: relu(12, 12, 12),
      learningRate: 0.02,
      noise: 0.8,
      trainShare: 0.2,
    },
  ),
  preset(
    'Dead units',
    false,
    'With these first weights a whole relu layer gives 0 for every sample; then all gradients before it are 0, and it stays so.',
    { layers: relu(6, 4), optimizer: 'Adam', learningRate: 0.01 },
  ),
  preset('Spiral', true, 'Two wider layers with Adam have enough bends to follow the arms.', {
    optimizer: 'Adam',
    data: 'spiral',
    layers: relu(12, 12),
    learningRate: 0.02,
    noise: 0,
  }),
  preset('A curve', true, 'Regression: one output with the mean squared error follows the points.', {
    optimizer: 'Adam',
    data: 'curve',
    layers: tanh(8, 8),
    learningRate: 0.02,
    noise: 0.1,
  }),
]
