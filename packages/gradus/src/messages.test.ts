// What a newcomer reads after a wrong call in plain JavaScript, a wrong file or a wrong config. Each message says what happened,
// what was expected and what to do. The texts are in recorded/messages-*.txt: read them aloud after a change.
import { expect, it, vi } from 'vitest'
import * as gradus from './index.ts'
import * as io from './io.ts'

/** As in plain JavaScript: nothing is checked before it runs. */
type Untyped = { readonly [name: string]: Untyped } & ((...args: unknown[]) => Untyped) &
  (new (
    ...args: unknown[]
  ) => Untyped)

const js = gradus as unknown as Untyped
const { ops, tensor, Dense, Sequential, Model, Conv2D, input } = js as Untyped & Record<string, Untyped>

const rows = (count: number, width: number) => Array.from({ length: count }, () => new Array(width).fill(1))
const small = () => new Sequential!([new Dense!({ units: 1, inputShape: [2] })], { seed: 1 })
const compiled = () => {
  const model = small()
  model['compile']!({ optimizer: 'sgd', loss: 'mse' })
  return model
}
const compileWith = (options: unknown) => () => small()['compile']!(options)
const fit = (...args: unknown[]) => compiled()['fit']!(...args)

const calls: Record<string, () => unknown> = {
  "zeros([2], 'int64')": () => js['zeros']!([2], 'int64'),
  'ones(3)': () => js['ones']!(3),
  "tensor(['a'])": () => tensor!(['a']),
  'tensor([[1], [2, 3]])': () => tensor!([[1], [2, 3]]),
  "tensor([1.5], { dtype: 'int32' })": () => tensor!([1.5], { dtype: 'int32' }),
  'add(tensor([1, 2]), tensor([1, 2, 3]))': () => ops!['add']!(tensor!([1, 2]), tensor!([1, 2, 3])),
  'mul(x, undefined)': () => ops!['mul']!(tensor!([1]), undefined),
  'mean(x, 0)': () => ops!['mean']!(tensor!([[1, 2]]), 0),
  'concat(a, b)': () => ops!['concat']!(tensor!([1]), tensor!([2])),
  'tensor([1, 2]).item()': () => tensor!([1, 2])['item']!(),
  'reading a value in compile': () => js['compile']!((x: Untyped) => x['item']!())(tensor!(1)),
  'grad of a function that returns a vector': () => js['grad']!((x: Untyped) => x)(tensor!([1, 2])),
  "useBackend('wasm')": () => js['useBackend']!('wasm'),
  'setDefaultBackend(3)': () => js['setDefaultBackend']!(3),
  "new Rng('a')": () => new js['Rng']!('a'),
  'new Dense()': () => new Dense!(),
  'new Dense(3)': () => new Dense!(3),
  'new Adam(0.1)': () => new js['Adam']!(0.1),
  "new Adam({ learningRate: 'high' })": () => new js['Adam']!({ learningRate: 'high' }),
  'new Dense({ unit: 3 })': () => new Dense!({ unit: 3 }),
  "new Dense({ units: 1, activation: 'relux' })": () => new Dense!({ units: 1, activation: 'relux' }),
  'new Sequential(new Dense({ units: 1 }))': () => new Sequential!(new Dense!({ units: 1 })),
  'new Sequential([Dense])': () => new Sequential!([Dense]),
  'new Model({ inputs })': () => new Model!({ inputs: input!({ shape: [2] }) }),
  'input([3])': () => input!([3]),
  'a layer with an async apply': () => {
    class Slow extends gradus.Layer {
      static readonly type = 'acme/Slow'
      apply = (async (x: gradus.Tensor) => x) as never
    }
    return new Slow().call(gradus.ones([1]))
  },
  'Conv2D on images without channels': () =>
    new Conv2D!({ filters: 2, kernelSize: 3 })['call']!(input!({ shape: [28, 28] })),
  'Conv2D with a kernel larger than the image': () =>
    new Conv2D!({ filters: 2, kernelSize: 9 })['call']!(input!({ shape: [8, 8, 1] })),
  'Reshape to a size that does not fit': () =>
    new js['Reshape']!({ targetShape: [7, 5] })['call']!(input!({ shape: [null, 3] })),
  'fit before compile': () => small()['fit']!(rows(4, 2), [1, 2, 3, 4]),
  "compile({ optimizer: 'sgd', loss: 'msee' })": compileWith({ optimizer: 'sgd', loss: 'msee' }),
  "compile({ ..., metrics: ['auroc'] })": compileWith({ optimizer: 'sgd', loss: 'mse', metrics: ['auroc'] }),
  "compile({ ..., metric: ['mae'] })": compileWith({ optimizer: 'sgd', loss: 'mse', metric: ['mae'] }),
  "compile('adam')": compileWith('adam'),
  'fit(x, y, { batch_size: 2 })': () => fit(rows(4, 2), [1, 2, 3, 4], { batch_size: 2 }),
  'fit(x, { epochs: 2 })': () => fit(rows(4, 2), { epochs: 2 }),
  'fit with 4 inputs and 3 targets': () => fit(rows(4, 2), [1, 2, 3], { verbose: 0 }),
  'fit on samples of another shape': () => fit(rows(4, 3), [1, 2, 3, 4], { verbose: 0 }),
  'fit with a callback class': () => fit(rows(4, 2), [1, 2, 3, 4], { callbacks: [js['EarlyStopping']] }),
  'predict([1, 2]) of one sample': () => compiled()['predict']!([1, 2]),
  "getLayer('dens')": () => small()['getLayer']!('dens'),
  'summary({ line_length: 60 })': () => small()['summary']!({ line_length: 60 }),
  'save(3)': () => small()['save']!(3),
  'padSequences([1, 2])': () => js['padSequences']!([1, 2]),
  'readCsv(text)': () => js['readCsv']!('a,b\n1,2\n'),
  'readCsv(text, {})': () => js['readCsv']!('a,b\n1,2\n', {}),
  "readCsv(text, { columns: ['a'] })": () => js['readCsv']!('a,b\n1,2\n', { columns: ['a'] }),
  "readCsv(text, { columns, separator: ';' })": () =>
    js['readCsv']!('a\n1\n', { columns: { a: 'number' }, separator: ';' }),
  'readCsv(undefined, { columns })': () => js['readCsv']!(undefined, { columns: { a: 'number' } }),
}

const bytesOf = (text: string) => new TextEncoder().encode(text)
const load = (source: unknown) => () => js['loadModel']!(source)
const named = (bytes: Uint8Array, name: string) => Object.assign(new Blob([bytes as never]), { name })
const safetensors = (header: string) => io.encodeSafetensors([], { gradus: header })
const spec = (value: unknown) => () => js['fromSpec']!(value)
const stack = (layer: unknown) => spec({ model: 'Sequential', layers: [layer] })
const x = { name: 'x', spec: { layer: 'InputLayer', shape: [2] }, calls: [] }
const graph = (parts: object) =>
  spec({ model: 'Functional', layers: [x], inputs: ['x', 0, 0], outputs: ['x', 0, 0], ...parts })
const csv =
  (text: string, columns: object = { a: 'number' }) =>
  () =>
    js['readCsv']!({ text }, { columns })

const files: Record<string, () => unknown> = {
  'a model file that does not exist': load('/tmp/gradus-no-such-file.safetensors'),
  'a folder': load('/tmp'),
  'an empty file': load(new Uint8Array()),
  'model.h5 of Keras': load(named(Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10), 'model.h5')),
  'model.keras of Keras': load(named(Uint8Array.of(0x50, 0x4b, 3, 4, 20, 0, 0, 0), 'model.keras')),
  'JSON in place of a model file': load(bytesOf('{"model": "Sequential"}')),
  'the page of a server in place of a model file': load(bytesOf('<!doctype html>')),
  'a text called model.safetensors': load(named(bytesOf('hello, this is a text'), 'model.safetensors')),
  'a model file that was cut off': async () =>
    load(((await small()['toBytes']!()) as never as Uint8Array).slice(0, -4))(),
  'weights without a model': async () => load(await small()['toBytes']!({ weightsOnly: true }))(),
  'a model file of a later version': load(safetensors('{"format":2}')),
  'metadata that are no description of a model': load(safetensors('{"hello":1}')),
  'metadata that are not JSON': load(safetensors('yes')),
  'a model file with a spec that is none': load(safetensors('{"format":1,"spec":3}')),
  'a model file without the weights': load(
    safetensors('{"format":1,"spec":{"model":"Sequential","layers":[{"layer":"Dense","units":1,"inputShape":[2]}]}}'),
  ),
  'weights of another model': async () =>
    small()['loadWeights']!(await new Sequential!([new Dense!({ units: 2, inputShape: [3] })])['toBytes']!()),
  'loadModel(3)': load(3),
  "save('model.onnx')": () => small()['save']!('/tmp/gradus-model.onnx'),
  'a spec that is a text': spec('Sequential'),
  'a config of Keras': spec({ class_name: 'Sequential', config: { layers: [] } }),
  'an unknown kind of model': spec({ model: 'Sequentail', layers: [] }),
  'a Sequential spec without layers': spec({ model: 'Sequential' }),
  'a misspelt option of a model': spec({ model: 'Sequential', layers: [], trainble: false }),
  'a layer without its name': stack({ units: 1 }),
  'a misspelt layer': stack({ layer: 'Dens', units: 1 }),
  'a layer that is not registered': stack({ layer: 'acme/RmsNorm' }),
  'a misspelt option of a layer': stack({ layer: 'Dense', unit: 1 }),
  'a text in place of a number': stack({ layer: 'Dense', units: '1' }),
  'a misspelt activation': stack({ layer: 'Dense', units: 1, activation: 'relux' }),
  'a functional spec without names': graph({
    layers: [
      { layer: 'InputLayer', shape: [2] },
      { layer: 'Dense', units: 1 },
    ],
  }),
  'a functional spec without layers': graph({ layers: undefined }),
  'a functional spec with one name twice': graph({ layers: [x, x] }),
  'a functional spec without inputs': graph({ inputs: undefined }),
  'a functional spec with a name in place of a reference': graph({ outputs: 'x' }),
  'a functional spec with an unknown reference': graph({ outputs: ['y', 0, 0] }),
  'a functional spec that reads a layer that is missing': graph({
    layers: [x, { name: 'd', spec: { layer: 'Dense', units: 1 }, calls: [{ inputs: ['e', 0, 0] }] }],
  }),
  'a CSV file that does not exist': () => js['readCsv']!('/tmp/gradus-no-such-file.csv', { columns: { a: 'number' } }),
  'an empty CSV file': csv(''),
  'a CSV file without rows': csv('a,b\n'),
  'a CSV file without the column': csv('b,c\n1,2\n'),
  'a CSV file with another separator': csv('a;b\n1;2\n'),
  'a CSV file with one name twice': csv('a,a\n1,2\n'),
  'a CSV file with texts, gaps and short rows': csv('a,b\nx,1\n,2\n3\n'),
  'a CSV file with an unknown category': csv('a\nred\n', { a: ['blue', 'green'] }),
  'a CSV file with an open quote': csv('a\n"1\n'),
}

async function messageOf(run: () => unknown): Promise<string> {
  try {
    await run()
  } catch (error) {
    const { name, message } = error as Error
    // which formats are known depends on the files that were read before
    const text = message.replace(/Known formats: .*?\. Save/g, 'Known formats: .... Save')
    return `${name}: ${text}`.replace(/\(known: [^)]*\)/g, '(known: ...)')
  }
  return 'no error'
}

async function readAloud(cases: Readonly<Record<string, () => unknown>>): Promise<string> {
  const texts = []
  for (const [name, run] of Object.entries(cases))
    texts.push(`${name}\n    ${(await messageOf(run)).replaceAll('\n', '\n    ')}\n`)
  return texts.join('\n')
}

it('wrong calls in plain JavaScript', async () => {
  vi.spyOn(console, 'log').mockImplementation(() => {})
  expect(Object.keys(calls).length).toBeGreaterThanOrEqual(30)
  const text = await readAloud(calls)
  expect(text).not.toMatch(/no error|undefined \(reading|is not a function|Cannot (read|destructure|convert|use)/)
  await expect(text).toMatchFileSnapshot('recorded/messages-of-calls.txt')
})

it('wrong files and configs', async () => {
  expect(Object.keys(files).length).toBeGreaterThanOrEqual(30)
  const text = await readAloud(files)
  expect(text).not.toMatch(/no error|undefined \(reading|is not a function|Cannot (read|destructure|convert|use)/)
  await expect(text).toMatchFileSnapshot('recorded/messages-of-files.txt')
})
