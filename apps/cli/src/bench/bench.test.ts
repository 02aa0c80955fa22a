import { cpu } from '@gradus/backend-cpu'
import { layers, type Model, Sequential } from 'gradus'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Sandbox } from '../testing/sandbox.ts'
import { measure, type Speed } from './bench.ts'
import type { Workload } from './workloads.ts'

let sandbox: Sandbox

beforeEach(() => {
  sandbox = new Sandbox()
})

afterEach(() => sandbox.remove())

const tiny: Workload = {
  name: 'tiny',
  about: '',
  batchSize: 4,
  samples: 10,
  inputShape: [2],
  classes: 2,
  model: () => new Sequential([new layers.Dense({ units: 2, activation: 'softmax', inputShape: [2] })]) as Model,
}

it('measures for the given time, in whole epochs', async () => {
  const speed = await measure(tiny, cpu(), { milliseconds: 30 })
  expect(speed).toMatchObject({ workload: 'tiny', backend: 'cpu', problem: null })
  expect(speed.steps % 3).toBe(0)
  const seconds = (speed.steps * speed.millisecondsPerStep!) / 1000
  expect(seconds).toBeGreaterThan(0.029)
  expect(speed.samplesPerSecond! * seconds).toBeCloseTo((speed.steps / 3) * 10, 3)
})

it('reports a workload that fails and goes on', async () => {
  const broken: Workload = { ...tiny, inputShape: [3] }
  const speed = await measure(broken, cpu(), { milliseconds: 1 })
  expect(speed.samplesPerSecond).toBeNull()
  expect(speed.problem).toContain('[2]')
})

it('prints a table, and JSON', async () => {
  const flags = ['bench', '--quick', '--backend', 'wasm', '--workload', 'dense']
  const { code, out } = await sandbox.run(flags)
  expect(code).toBe(0)
  expect(out).toMatch(/^ {2}dense +wasm +[\d,]+ +\d/m)
  const { out: json, err } = await sandbox.run([...flags, '--json'])
  expect(err).toContain('samples per second')
  const { version, speeds } = JSON.parse(json) as { version: number; speeds: Speed[] }
  expect(version).toBe(1)
  expect(speeds).toHaveLength(1)
  expect(speeds[0]!.samplesPerSecond).toBeGreaterThan(1000)
})

it('refuses other names', async () => {
  const { code, err } = await sandbox.run(['bench', '--backend', 'wsm'])
  expect(code).toBe(2)
  expect(err).toContain('wasm')
})
