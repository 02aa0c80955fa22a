import { describe, expect, it } from 'vitest'
import type { Figure, WorkloadResult } from '../harness/results.ts'
import { type Goal, judge } from './goals.ts'

const figure = (ms: number, firstMs = ms): Figure => {
  const spread = { median: ms, min: ms, max: ms }
  return { ...spread, reps: 1, perRep: 1, ms: spread, firstMs, laterMs: ms }
}

const workload = (id: string, times: Record<string, Figure>): WorkloadResult => ({
  id,
  title: id,
  unit: 'ms',
  better: 'less',
  base: 'gradus-wasm',
  rows: Object.entries(times).map(([contestant, own]) => ({ contestant, figure: own })),
})

const goal = (rest: Partial<Goal>): Goal => ({ goal: 'a goal', workload: 'mlp', subjects: ['gradus-wasm'], ...rest })

describe('goals', () => {
  it('compare with the best of several', () => {
    const times = { 'gradus-wasm': figure(2), 'tfjs-cpu': figure(60), 'tfjs-wasm': figure(20) }
    const [result] = judge([goal({ than: ['tfjs-cpu', 'tfjs-wasm'], atLeast: 11 })], [workload('mlp', times)])
    expect(result).toMatchObject({ figure: 10, verdict: 'missed', detail: 'as fast as tfjs-wasm' })
  })

  it('compare with the contestant on the same Node, if there is one', () => {
    const times = { 'gradus-wasm@24': figure(2), ceiling: figure(1), 'ceiling@24': figure(1.5), torch: figure(3) }
    const subjects = ['gradus-wasm@24']
    const goals = [
      goal({ subjects, shareOf: 'ceiling', atLeast: 0.7 }),
      goal({ subjects, than: ['torch'], atLeast: 1 }),
    ]
    expect(judge(goals, [workload('mlp', times)]).map(({ figure: own, verdict }) => [own, verdict])).toEqual([
      [0.75, 'met'],
      [1.5, 'met'],
    ])
  })

  it('apply to every size from the minimum', () => {
    const times = { 'gradus-wasm': figure(1), 'jax-js': figure(3) }
    const sizes = ['matmul-64', 'matmul-512', 'matmul-1024', 'mlp'].map((id) => workload(id, times))
    const results = judge([goal({ workload: 'matmul', minimumSize: 512, than: ['jax-js'], atLeast: 2 })], sizes)
    expect(results.map(({ workload: id }) => id)).toEqual(['matmul-512', 'matmul-1024'])
  })

  it('check limits and compile times', () => {
    const times = { 'gradus-wasm': figure(4, 304) }
    const goals = [goal({ below: 5 }), goal({ compileBelow: 300 })]
    expect(judge(goals, [workload('mlp', times)])).toMatchObject([
      { figure: 4, target: '< 5', verdict: 'met' },
      { figure: 300, target: '< 300', verdict: 'missed' },
    ])
  })

  it('are not measured if a figure is missing', () => {
    const tables: Record<string, Figure>[] = [{ 'jax-js': figure(1) }, { 'gradus-wasm': figure(1) }]
    const [own, rival] = tables.map((times) =>
      judge([goal({ than: ['jax-js'], atLeast: 1 })], [workload('mlp', times)]),
    )
    expect(own).toMatchObject([{ verdict: 'not measured', detail: 'no figure of gradus-wasm' }])
    expect(rival).toMatchObject([{ verdict: 'not measured', detail: 'no figure of jax-js' }])
  })
})
