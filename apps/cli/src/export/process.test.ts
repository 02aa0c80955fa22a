import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadModel } from 'gradus'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bundleCommand, startCommand } from '../testing/bundle.ts'
import { Sandbox, smallSandbox } from '../testing/sandbox.ts'

const built = new Sandbox()
const sandbox = smallSandbox()
let script: string

beforeAll(async () => {
  script = await bundleCommand(built.path)
  expect((await run('train', 'config.yaml', '--quiet')).code).toBe(0)
}, 180_000)

afterAll(() => {
  built.remove()
  sandbox.remove()
})

const run = (...args: string[]) => startCommand(script, args, sandbox.path).ended

const xs = [[0], [0.25], [0.75], [1]]

it('exports a trained model to a file that another process runs', { timeout: 120_000 }, async () => {
  const { code, out, err } = await run('export', 'runs/small-1', '--to', 'model.mjs')
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toMatch(/^Wrote model\.mjs: JavaScript, /)
  // nothing can be imported from the folder
  const folder = mkdtempSync(join(tmpdir(), 'gradus-alone-'))
  const program = `import { predict } from '${sandbox.file('model.mjs')}'; console.log(JSON.stringify(predict(${JSON.stringify(xs)})))`
  const made = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: folder,
    encoding: 'utf8',
    env: {},
  })
  rmSync(folder, { recursive: true })
  const model = await loadModel(sandbox.file('runs/small-1/model-best.safetensors'))
  const expected = (await model.predict(xs)).array() as number[][]
  ;(JSON.parse(made) as number[][]).forEach((row, index) => {
    row.forEach((value, at) => expect(Math.abs(value - expected[index]![at]!)).toBeLessThan(1e-6))
  })
})

it('converts there and back, and inspects', { timeout: 120_000 }, async () => {
  expect(await run('convert', 'runs/small-1', '--to', 'model.keras')).toMatchObject({ code: 0, err: '' })
  expect(await run('convert', 'model.keras', '--to', 'again.safetensors')).toMatchObject({ code: 0, err: '' })
  const figures = async (path: string) => {
    const { code, out } = await run('inspect', path, '--json')
    expect(code).toBe(0)
    const { weights } = JSON.parse(out) as { weights: { mean: number }[] }
    return weights.map(({ mean }) => mean)
  }
  expect(await figures('again.safetensors')).toEqual(await figures('runs/small-1'))
  const failed = await run('inspect', 'nothing.keras')
  expect(failed).toMatchObject({ code: 3, out: '' })
  expect(failed.err).toMatch(/^Error: There is no file or folder 'nothing\.keras'/)
})

it('shows the machine, times training and completes', { timeout: 120_000 }, async () => {
  expect((await run('doctor')).code).toBe(0)
  const bench = await run('bench', '--quick', '--backend', 'cpu', '--workload', 'dense')
  expect(bench).toMatchObject({ code: 0, err: '' })
  expect(bench.out).toMatch(/^ {2}dense +cpu +[\d,]+ /m)
  expect((await run('completion', 'bash')).out).toContain('complete -o default -F _gradus gradus')
})
