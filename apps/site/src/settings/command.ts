import { momentumCoefficient } from '../arithmetic/update.ts'
import type { Problem, Samples } from '../problems/problem.ts'
import { planLayers } from '../worker/network-of.ts'
import type { Settings } from './settings.ts'

/** Shell commands that write the samples and a config into a new folder and train with the command line of Gradus. */
export function toCommand(settings: Settings, problem: Problem, epochs = 20): string {
  const tested = problem.test.y.length > 0
  return [
    '(',
    'set -e',
    `mkdir gradus-${problem.data}`,
    `cd gradus-${problem.data}`,
    ...file('train.csv', csv(problem, problem.train)),
    ...(tested ? file('test.csv', csv(problem, problem.test)) : []),
    ...file('config.json', JSON.stringify(configOf(settings, problem, epochs), undefined, 2)),
    'npx @gradus/cli train config.json',
    ')',
    '',
  ].join('\n')
}

const file = (name: string, content: string) => [`cat > ${name} <<'END'`, content, 'END']

const targetOf = ({ kind, outputs }: Problem) => (kind === 'classes' ? 'class' : outputs[0]!)

// the prefix prevents an input with the name of the target
const inputsOf = ({ inputs }: Problem) => inputs.map((name) => `input ${name}`)

function csv(problem: Problem, { x, y }: Samples): string {
  const header = [...inputsOf(problem), targetOf(problem)]
  return [header.join(','), ...x.map((row, index) => [...row, y[index]].join(','))].join('\n')
}

function configOf(settings: Settings, problem: Problem, epochs: number): object {
  const { learningRate, batchSize, seed, backend } = settings
  const classes = problem.kind === 'classes'
  const momentum = settings.optimizer === 'Momentum' ? { momentum: momentumCoefficient } : {}
  return {
    name: problem.data,
    seed,
    backend,
    data: {
      train: 'train.csv',
      ...(problem.test.y.length > 0 && { test: 'test.csv' }),
      inputs: inputsOf(problem),
      target: targetOf(problem),
      ...(classes && { classes: problem.outputs }),
    },
    model: {
      model: 'Sequential',
      layers: planLayers(settings, problem).map(({ name, units, activation }) => {
        return { layer: 'Dense', name, units, activation }
      }),
    },
    optimizer: { optimizer: settings.optimizer === 'Adam' ? 'Adam' : 'SGD', learningRate, ...momentum },
    loss: classes ? 'SparseCategoricalCrossentropy' : 'MeanSquaredError',
    metrics: classes ? ['accuracy'] : [],
    fit: { batchSize, epochs, verbose: 2 },
  }
}
