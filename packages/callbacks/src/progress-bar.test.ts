import { describe, expect, it, vi } from 'vitest'
import { lineWriter } from './platform-output.ts'
import { Progbar, type ProgbarOptions } from './progbar.ts'
import { ProgressBar } from './progress-bar.ts'
import { recorded } from './testing/play.ts'

interface Case {
  readonly args: {
    target: number | null
    verbose: 0 | 1 | 2
    interval?: number
    stateful_metrics?: string[]
    stateless_metrics?: string[]
  }
  readonly updates: {
    seconds_since_previous: number
    current: number
    values: [string, number][]
    finalize: boolean | null
  }[]
  readonly stdout: string
}

describe('ProgressBar prints the text of Keras', () => {
  it.each(recorded<Case>('progbar'))('$name', ({ args, updates, stdout }) => {
    let time = 0
    let text = ''
    const { stateful_metrics: shown } = args
    const bar = new ProgressBar({
      target: args.target ?? undefined,
      verbose: args.verbose,
      ...(args.interval !== undefined && { interval: args.interval }),
      averaged: (name) => shown !== undefined && !shown.includes(name),
      clock: () => time,
      write: (piece) => {
        text += piece
      },
    })
    for (const { seconds_since_previous, current, values, finalize } of updates) {
      time += seconds_since_previous
      bar.update(current, Object.fromEntries(values), finalize ?? undefined)
    }
    expect(text).toBe(stdout)
  })
})

it('standardOutput prints no control characters into a pipe', () => {
  const { stdout } = process
  const wasTerminal = stdout.isTTY
  const draw = () => {
    let text = ''
    const spy = vi.spyOn(stdout, 'write').mockImplementation((piece) => {
      text += String(piece)
      return true
    })
    const bar = new ProgressBar({ target: 2, interval: 0 })
    bar.update(1, { loss: 2 })
    bar.update(2, { loss: 1 })
    spy.mockRestore()
    return text
  }
  try {
    stdout.isTTY = false
    expect(draw()).toMatch(/^2\/2 ━+ \ds \S+\/step - loss: 1\.0000\n$/)
    stdout.isTTY = true
    expect(draw()).toContain('\b')
  } finally {
    stdout.isTTY = wasTerminal
  }
})

it('lineWriter prints whole lines without control codes', () => {
  const lines: string[] = []
  let time = 0
  const bar = new ProgressBar({ target: 2, clock: () => time, write: lineWriter((line) => lines.push(line)) })
  bar.update(1, { loss: 0.5 })
  time = 0.5
  bar.update(2, { loss: 0.25 })
  expect(lines).toEqual([`2/2 ${'━'.repeat(20)} 0s 500ms/step - loss: 0.2500`])
})

describe('Progbar', () => {
  const shown = (options: ProgbarOptions) => {
    let text = ''
    const bar = new Progbar({ target: 4, verbose: 2, write: (piece) => void (text += piece), ...options })
    for (const loss of [4, 2, 0, 2])
      bar.add(1, [
        ['loss', loss],
        ['rate', loss],
      ])
    return / - loss.*/.exec(text)![0]
  }

  it('averages figures unless they are stateful', () => {
    // the last figures are shown as they are
    expect(shown({})).toBe(' - loss: 2.0000 - rate: 2.0000')
    let text = ''
    const bar = new Progbar({
      target: 4,
      interval: 0,
      statefulMetrics: ['rate'],
      write: (piece) => void (text += piece),
    })
    bar.add(1, { loss: 4, rate: 4 })
    bar.add(2, { loss: 1, rate: 1 })
    expect(text).toContain('loss: 2.0000 - rate: 1.0000')
    expect(text).toContain('3/4')
  })

  it('names wrong options', () => {
    expect(() => new Progbar({ unit_name: 'x' } as never)).toThrow("Did you mean 'unitName'?")
    expect(() => new Progbar({ statefulMetrics: [], statelessMetrics: [] })).toThrow('exclude each other')
  })
})
