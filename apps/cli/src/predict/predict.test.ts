import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Sandbox } from '../testing/sandbox.ts'

const sandbox = new Sandbox()

beforeAll(async () => {
  const rows = Array.from(
    { length: 120 },
    (_, i) => `${i % 60},${['a', 'b'][i % 2]},${i % 60 < 30 ? 'low' : 'high'},${(i % 60) * 2}`,
  )
  sandbox.write('rows.csv', `x,kind,level,twice\n${rows.join('\n')}\n`)
  const flags = ['--inputs', 'x,kind', '--seed', '1', '--quiet']
  await sandbox.run(['train', 'rows.csv', '--target', 'level', '--epochs', '40', ...flags])
  await sandbox.run(['train', 'rows.csv', '--target', 'twice', '--epochs', '40', '--set', 'name=number', ...flags])
  sandbox.write('new.csv', 'more;x;kind\n1;2,5;a\n2;55;b\n3;;c\n')
}, 180_000)

afterAll(() => sandbox.remove())

describe('predict', () => {
  it('writes predictions as CSV, JSON and JSONL, with columns and probabilities', async () => {
    const plain = await sandbox.run(['predict', 'runs/rows-1', 'new.csv'])
    expect(plain).toMatchObject({ code: 0, err: '' })
    expect(plain.out).toMatch(/^level\nlow\nhigh\n(low|high)\n$/)
    const kept = await sandbox.run(['predict', 'runs/rows-1', 'new.csv', '--keep', '--probabilities'])
    expect(kept.out).toMatch(/^more,x,kind,level,level = high,level = low\n1,"2,5",a,low,0\.\d+,0\.\d+\n2,55,b,high,/)
    const list = await sandbox.run(['predict', 'runs/rows-1', 'rows.csv', '--rows', '2', '--format', 'json', '--keep'])
    expect(JSON.parse(list.out)).toEqual([
      { x: '0', kind: 'a', level: 'low', twice: '0', 'level (predicted)': 'low' },
      { x: '1', kind: 'b', level: 'low', twice: '2', 'level (predicted)': 'low' },
    ])
    const lines = await sandbox.run(['predict', 'runs/number-1', 'new.csv', '--format', 'jsonl'])
    const numbers = lines.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).twice as number)
    expect(numbers[1]! - numbers[0]!).toBeGreaterThan(50)
    const document = JSON.parse((await sandbox.run(['predict', 'runs/rows-1', 'new.csv', '--json'])).out)
    expect(document).toMatchObject({ version: 1, rows: 3 })
    expect(document.predictions[0].level).toEqual({
      value: 'low',
      probabilities: { high: expect.any(Number), low: expect.any(Number) },
    })
  })

  it('does not replace the file of the rows', async () => {
    const { code, err } = await sandbox.run(['predict', 'runs/rows-1', 'new.csv', '--out', './new.csv'])
    expect({ code, err }).toEqual({
      code: 2,
      err: "Error: --out is './new.csv', which is the file of the rows. Give another name.\n",
    })
  })

  it('writes a file, which is there when it is complete', async () => {
    const done = await sandbox.run(['predict', 'runs/rows-1', 'new.csv', '--out', 'out.csv'])
    expect(done).toEqual({ code: 0, out: 'Wrote 3 predictions to out.csv\n', err: '' })
    expect(sandbox.read('out.csv')).toMatch(/^level\nlow\n/)
    sandbox.write('wrong.csv', 'x,kind\n1,a\nmany,b\n')
    const wrong = await sandbox.run(['predict', 'runs/rows-1', 'wrong.csv', '--out', 'wrong-out.csv'])
    expect(wrong.code).toBe(3)
    expect(readdirSync(sandbox.path).filter((name) => /wrong-out|\.tmp$/.test(name))).toEqual([])
    expect((await sandbox.run(['predict', 'runs/rows-1', 'new.csv', '--out', 'made/out.csv'])).code).toBe(0)
    for (const flags of [[], ['--json']])
      expect(
        (await sandbox.run(['predict', 'runs/rows-1', 'new.csv', '--out', 'new.csv/out.csv', ...flags])).code,
      ).toBe(7)
  })

  it.each([
    [
      'cells that do not fit',
      ['runs/rows-1', 'wrong.csv'],
      3,
      'wrong.csv cannot be used:\n  column \'x\': expected a number, found "many" in line 3',
    ],
    ['a missing column', ['runs/rows-1', 'short.csv'], 3, "short.csv: there is no column 'kind'"],
    ['a missing model', ['runs/rows-9', 'new.csv'], 3, 'runs/rows-9'],
    ['a missing file', ['runs/rows-1', 'none.csv'], 3, 'does not exist'],
    ['several files', ['runs/rows-1', 'new.csv', 'wrong.csv'], 2, 'Give one file of rows'],
  ])('refuses %s', async (_, args, code, message) => {
    sandbox.write('wrong.csv', 'x,kind\n1,a\nmany,b\n')
    sandbox.write('short.csv', 'x\n1\n')
    const outcome = await sandbox.run(['predict', ...args])
    expect(outcome.err).toContain(message)
    expect(outcome).toMatchObject({ code, out: '' })
  })
})

describe('evaluate', () => {
  it('prints the figures on rows, or on those that the run has held out', async () => {
    const rows = await sandbox.run(['evaluate', 'runs/rows-1', 'rows.csv'])
    expect(rows).toMatchObject({ code: 0, err: '' })
    expect(rows.out).toMatch(
      /Samples: rows\.csv, 120 samples\n {2}accuracy: [01]\.\d{4} - loss: \S+\n\n {2}actual \\ predicted {2}high {2}low/,
    )
    expect(rows.out).not.toContain('left out')
    sandbox.write(
      'gaps.csv',
      `${sandbox
        .read('rows.csv')
        .trimEnd()
        .replace(/,[^,\n]*$/, ',')}\n`,
    )
    const gaps = await sandbox.run(['evaluate', 'runs/number-1', 'gaps.csv'])
    expect(gaps.out).toMatch(
      /\n {2}1 of \d+ rows are left out, because a target or a value that is needed is missing\.\n/,
    )
    const own = await sandbox.run(['evaluate', 'runs/rows-1', '--json'])
    const document = JSON.parse(own.out)
    expect(document).toMatchObject({ version: 1, file: 'rows.csv (validation rows)', samples: 24 })
    // the held-out rows and the figures are those of the run
    const saved = sandbox.json('runs/rows-1/evaluation.json') as { samples: number; confusion: object }
    expect([document.samples, document.confusion]).toEqual([saved.samples, saved.confusion])
    const number = await sandbox.run(['evaluate', 'runs/number-1', 'rows.csv'])
    expect(number.out).toMatch(/twice: mean absolute error [\d.]+, root mean squared error [\d.]+, R2 \d\.\d{4}/)
  })

  it('ends with 6 below --min-accuracy', async () => {
    const low = await sandbox.run(['evaluate', 'runs/rows-1', 'rows.csv', '--min-accuracy', '1.1'])
    expect(low).toMatchObject({
      code: 6,
      err: expect.stringMatching(/accuracy of the rows of rows\.csv is [01]\.\d{4}/),
    })
    expect((await sandbox.run(['evaluate', 'runs/rows-1', 'rows.csv', '--min-accuracy', '0.8'])).code).toBe(0)
    expect((await sandbox.run(['evaluate', 'runs/number-1', 'rows.csv', '--min-accuracy', '0.8'])).code).toBe(2)
  })

  it('refuses rows without targets, and classes that were not there', async () => {
    sandbox.write('case.csv', 'x,kind,level\n1,a,LOW\n2,b,LOW\n')
    const { code, err } = await sandbox.run(['evaluate', 'runs/rows-1', 'case.csv'])
    expect(code).toBe(3)
    expect(err).toContain('expected one of \'high\', \'low\', found "LOW" in line 2, "LOW" in line 3')
    expect(err.match(/The classes differ in case/g)).toHaveLength(1)
    expect((await sandbox.run(['evaluate', 'runs/rows-1', 'new.csv'])).err).toContain("no column 'level'")
  })
})
