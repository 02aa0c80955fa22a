import { expect, it } from 'vitest'
import { type StandardDefinition, standard } from './index.ts'
import identifiers from './recorded/keras-identifiers.json' with { type: 'json' }

type Kind = StandardDefinition['kind']

/** Classes of Keras that are not here, and why. */
const missing: Readonly<Record<string, string>> = {
  CallbackList: '`fit` takes the list itself',
  FlaxLayer: 'calls Flax',
  JaxLayer: 'calls JAX',
  MaxNumBoundingBoxes: 'a tensor of boxes has a fixed length already',
  OrbaxCheckpoint: 'Orbax is a Python library',
  TFSMLayer: 'calls TensorFlow',
  TorchModuleWrapper: 'calls PyTorch',
  Wrapper: 'a base class, which is exported and not registered',
}

const cases = Object.entries(identifiers).flatMap(([kind, classes]) =>
  Object.entries(classes as Readonly<Record<string, readonly string[]>>).map(
    ([name, others]) => [kind as Kind, name, others] as const,
  ),
)

it.each(cases.filter(([, name]) => !(name in missing)))('the %s %s has all names of Keras', (kind, name, others) => {
  const found = standard.get(kind, name)
  expect(others.filter((other) => standard.find(kind, other) !== found)).toEqual([])
  const snake = name.replace(/(.)([A-Z][a-z0-9]+)/g, '$1_$2').toLowerCase()
  expect(standard.find(kind, snake)).toBe(found)
})

it('the list of missing classes has no class that exists', () => {
  expect(cases.filter(([kind, name]) => name in missing && standard.find(kind, name)).map(([, name]) => name)).toEqual(
    [],
  )
})

it.each([
  ['loss', 'mse', 'MeanSquaredError'],
  ['loss', 'MSE', 'MeanSquaredError'],
  ['loss', 'mean_squared_error', 'MeanSquaredError'],
  ['metric', 'MAE', 'MeanAbsoluteError'],
  ['activation', 'relu6', 'relu6'],
  ['activation', 'hard_swish', 'hardSilu'],
  ['initializer', 'glorot_uniform', 'GlorotUniform'],
  ['optimizer', 'adamw', 'AdamW'],
] as const)('%s %s is %s', (kind, name, type) => {
  expect(standard.get(kind, name).type).toBe(type)
})
