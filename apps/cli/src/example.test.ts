import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { Sandbox } from './testing/sandbox.ts'

const example = fileURLToPath(new URL('../../../examples/side-effects/', import.meta.url))
const digits = fileURLToPath(new URL('../../../examples/digits/', import.meta.url))
const sandbox = new Sandbox()

afterAll(() => sandbox.remove())

describe('examples/side-effects', () => {
  it('has the data that its script makes: in each group 50 exceptions in 1050 rows, and a fifth as many rows held out', () => {
    execFileSync(process.execPath, [`${example}generate.mjs`, sandbox.file('made')])
    for (const [file, unit] of [
      ['participants.csv', 10],
      ['participants-test.csv', 2],
    ] as const) {
      const text = readFileSync(example + file, 'utf8')
      expect(sandbox.read('made', file)).toBe(text)
      const [header, ...rows] = text.trimEnd().split('\n')
      expect(header).toBe('age,sideEffects')
      const people = rows.map((row) => row.split(',').map(Number) as [age: number, sideEffects: number])
      const count = (older: boolean, sideEffects: number) =>
        people.filter(([age, effects]) => age >= 65 === older && effects === sideEffects).length
      expect(people.every(([age]) => age >= 13 && age <= 100)).toBe(true)
      expect([count(false, 1), count(true, 0), count(false, 0), count(true, 1)]).toEqual(
        [5, 5, 100, 100].map((n) => n * unit),
      )
    }
  })

  it('reaches a loss of 0.3 and an accuracy of 0.91 to 0.94', async () => {
    const { code, out, err } = await sandbox.run(['train', `${example}config.yaml`])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain(
      'Training side-effects on the wasm backend\n  data       participants.csv, 2100 samples, age -> sideEffects',
    )
    expect(out).toContain('Total params: 642 (2.51 KB)')
    expect(out).toContain('new weight = old weight - learning rate x gradient')
    expect(out).toContain('participants-test.csv, 420 samples')
    const epochs = [...out.matchAll(/^210\/210 - \d+s - \d+\ws\/step - accuracy: (\S+) - loss: (\S+)$/gm)]
    const figures = epochs.map(([, accuracy, loss]) => ({ accuracy: Number(accuracy), loss: Number(loss) }))
    expect(figures).toHaveLength(20)
    expect(figures[0]!.loss).toBeGreaterThan(0.6)
    expect(figures[0]!.loss).toBeLessThan(0.75)
    expect(figures[19]!.loss).toBeGreaterThan(0.27)
    expect(figures[19]!.loss).toBeLessThan(0.33)
    expect(figures[19]!.accuracy).toBeGreaterThan(0.91)
    expect(figures[19]!.accuracy).toBeLessThan(0.94)
  })

  it('prints what README.md shows', async () => {
    const page = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
    const shown = /^```\n(Training side-effects .*?)^```/ms.exec(page)![1]!
    const { out } = await sandbox.run(['train', `${example}config.yaml`])
    // without times, the machine and the run folder, which differ
    const [plain, expected] = [out, shown].map((text) =>
      text
        .slice(0, text.indexOf('Saved in'))
        .replace(/ - \d+s - \d+\w+\/step/g, '')
        .replace(/^Trained in .*$/m, ''),
    )
    expect(plain).toBe(expected)
  })
})

// the same seed gives the same first weights and batches on every backend
it('webgpu gives the same losses, if there is an adapter', async ({ skip }) => {
  const { backends } = JSON.parse((await sandbox.run(['backends', '--json'])).out)
  const webgpu = backends.find(({ name }: { name: string }) => name === 'webgpu')
  skip(!webgpu.available, 'there is no graphics adapter')
  const losses = async (backend: string) => {
    const { code, out } = await sandbox.run(['train', `${example}config.yaml`, '--backend', backend])
    expect(code).toBe(0)
    return [...out.matchAll(/^210\/210 .* loss: (\S+)/gm)].map(([, loss]) => Number(loss))
  }
  const [gpu, wasm] = [await losses('webgpu'), await losses('wasm')]
  expect(gpu).toHaveLength(20)
  gpu.forEach((loss, epoch) => expect(loss).toBeCloseTo(wasm[epoch]!, 3))
}, 300_000)

describe('examples/digits', () => {
  it('is as accurate in float16 as in float32', async () => {
    const accuracies: number[] = []
    for (const policy of ['mixedFloat16', 'float32']) {
      const { code, out } = await sandbox.run(['train', `${digits}config.yaml`, '--set', `dtypePolicy=${policy}`])
      expect(code).toBe(0)
      accuracies.push(Number(/Held-out samples.*\n {2}accuracy: (\S+)/.exec(out)![1]))
    }
    const [mixed, wide] = accuracies as [number, number]
    expect(wide).toBeGreaterThan(0.9)
    expect(mixed).toBeGreaterThan(wide - 0.02)
  })
})
