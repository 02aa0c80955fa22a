import { momentumCoefficient } from '../arithmetic/update.ts'
import { brightest } from '../problems/digits.ts'
import type { Problem, Samples } from '../problems/problem.ts'
import { planLayers } from '../worker/network-of.ts'
import type { Settings } from './settings.ts'

/** A program that trains with these settings. On the same backend it gives the same figures as the page. */
export function toTypeScript(settings: Settings, problem: Problem, epochs = 20): string {
  const classes = problem.kind === 'classes'
  const optimizer = settings.optimizer === 'Adam' ? 'Adam' : 'SGD'
  const momentum = settings.optimizer === 'Momentum' ? `, momentum: ${momentumCoefficient}` : ''
  const loss = classes ? 'sparseCategoricalCrossentropy' : 'meanSquaredError'
  const gpu = settings.backend === 'webgpu'
  const names = ['Dense', 'fromArrays', optimizer, 'Sequential', 'useBackend', ...(gpu ? [] : [settings.backend])]
  const metrics = classes ? ", metrics: ['accuracy']" : ''
  const layers = planLayers(settings, problem).map(({ name, units, activation, inputs }, index) => {
    const shape = index === 0 ? `, inputShape: [${inputs}]` : ''
    return `    new Dense({ name: '${name}', units: ${units}, activation: '${activation}'${shape} }),`
  })
  const digits = problem.data === 'digits'
  const rows = digits ? pixelLiteral : literal
  const tested = problem.test.y.length > 0
  return [
    `import { ${names.sort((a, b) => a.toLowerCase().localeCompare(b.toLowerCase())).join(', ')} } from 'gradus'`,
    ...(gpu ? ["import { webgpu } from '@gradus/backend-webgpu'"] : []),
    '',
    `// ${digits ? pixelNote : [...problem.inputs, problem.outputs.length === 1 ? problem.outputs[0] : 'class'].join(', ')}`,
    `const train = ${rows(problem.train)}`,
    ...(tested ? [`const test = ${rows(problem.test)}`] : []),
    ...(digits ? pixelCode : numberCode(classes)),
    '',
    `await useBackend(${settings.backend}())`,
    'const model = new Sequential(',
    '  [',
    ...layers,
    '  ],',
    `  { seed: ${settings.seed} },`,
    ')',
    `const optimizer = new ${optimizer}({ learningRate: ${settings.learningRate}${momentum} })`,
    `model.compile({ optimizer, loss: '${loss}'${metrics} })`,
    '',
    'const samples = await fromArrays({ x: inputs(train), y: targets(train) })',
    `const batches = samples.shuffle({ seed: ${settings.seed} }).batch(${settings.batchSize})`,
    `for (let epoch = 1; epoch <= ${epochs}; epoch++) {`,
    '  for await (const { x, y } of batches) await model.trainOnBatch(x, y)',
    '  console.log(epoch, await model.evaluate(inputs(train), targets(train), { verbose: 0 }))',
    '}',
    ...(tested ? ["console.log('test', await model.evaluate(inputs(test), targets(test), { verbose: 0 }))"] : []),
    '',
  ].join('\n')
}

function literal({ x, y }: Samples): string {
  const rows = x.map((row, index) => `[${[...row, y[index]].join(', ')}]`)
  const lines: string[] = []
  for (let i = 0; i < rows.length; i += 5) lines.push(`  ${rows.slice(i, i + 5).join(', ')},`)
  return ['[', ...lines, ']'].join('\n')
}

const numberCode = (classes: boolean) => [
  'const inputs = (rows: number[][]) => rows.map((row) => row.slice(0, -1))',
  `const targets = (rows: number[][]) => ${classes ? 'Int32Array.from(rows, (row) => row.at(-1)!)' : 'rows.map((row) => row.at(-1)!)'}`,
]

const pixelNote = `one character for each of the 64 pixels, 0 to g (${brightest}), then the digit`

// Lists of numbers would be five times as long.
function pixelLiteral({ x, y }: Samples): string {
  const characters = (row: readonly number[]) =>
    row.map((pixel) => (pixel * brightest).toString(brightest + 1)).join('')
  return ['[', ...x.map((row, index) => `  '${characters(row)}${y[index]}',`), ']'].join('\n')
}

const pixelCode = [
  'const inputs = (rows: string[]) =>',
  `  rows.map((row) => Array.from(row.slice(0, -1), (pixel) => Number.parseInt(pixel, ${brightest + 1}) / ${brightest}))`,
  'const targets = (rows: string[]) => Int32Array.from(rows, (row) => Number(row.at(-1)))',
]
