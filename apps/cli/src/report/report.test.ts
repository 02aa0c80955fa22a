import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { encodeImg } from 'gradus'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { small, smallSandbox, steps } from '../testing/sandbox.ts'
import { calibrationOf } from './calibration.ts'

const sandbox = smallSandbox()

beforeAll(async () => {
  const data = { ...small.data, test: 'test.csv', validation: 'test.csv', classes: ['<b>low</b>', 'high'] }
  sandbox.write('config.yaml', { ...small, data })
  await sandbox.run(['train', 'config.yaml', '--quiet'])
  sandbox.write('line.csv', `x,y\n${Array.from({ length: 40 }, (_, i) => `${i / 40},${i / 20 + 1}`).join('\n')}\n`)
  const layers = [{ layer: 'Dense', units: 1, kernelConstraint: 'NonNeg' }]
  const line = {
    ...small,
    name: 'line',
    data: { train: 'line.csv', inputs: ['x'], target: 'y' },
    loss: 'mse',
    metrics: [],
  }
  sandbox.write('line.yaml', { ...line, model: { model: 'Sequential', layers } })
  await sandbox.run(['train', 'line.yaml', '--quiet'])
})

afterAll(() => sandbox.remove())

describe('report', { timeout: 60_000 }, () => {
  it('writes a page with everything about a classifier, which loads nothing', async () => {
    const { code, out, err } = await sandbox.run(['report', 'runs/small-1', '--json'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const result = JSON.parse(out) as {
      sections: string[]
      calibrationErrors: object
      notes: string[]
    }
    expect(result.sections).toEqual([
      'Curves',
      'Confusion and calibration',
      'Samples with the highest losses',
      'Weights',
      'Gradients',
      'Layers',
      'Config',
      'Environment',
      'Data files',
    ])
    expect(result.notes).toEqual([])
    expect(result.calibrationErrors).toEqual({ y: expect.closeTo(0.2, 0) as number })
    const html = sandbox.read('runs/small-1/report.html')
    expect(html).not.toMatch(/<script|<link|src="(?!data:)|href=|<b>low/)
    expect(html).toContain('&#60;b&#62;low')
    expect(html).toContain('validation')
    const { figures } = sandbox.json('runs/small-1/evaluation.json') as { figures: { accuracy: number } }
    expect(html).toContain(`<dt>test accuracy</dt><dd>${Number(figures.accuracy.toPrecision(4))}</dd>`)
    expect(html).toContain(`${Math.round(figures.accuracy * 20)} of 20 samples are in the predicted class`)
  })

  it('shows predicted against true values of a regression, and gradients without constraints', async () => {
    const { code, out } = await sandbox.run(['report', 'runs/line-1', '--out', 'line.html', '--json'])
    expect(code).toBe(0)
    expect((JSON.parse(out) as { sections: string[] }).sections).toContain('Predicted and true values')
    const html = sandbox.read('line.html')
    // the gradient of the bias is the mean of twice the errors, which are negative at first
    expect(html).toMatch(/dense.bias is -\d/)
  })

  it('shows each of several targets, in the units of the file', async () => {
    const rows = Array.from({ length: 80 }, (_, i) => {
      const a = (i * 37) % 80
      return `${a},${['Oslo', 'Rome'][i % 2]},${1000 + 5 * a},${a > 40 ? 'up' : 'down'}`
    })
    sandbox.write('two.csv', `a,city,price,way\n${rows.join('\n')}\n`)
    await sandbox.run(['train', 'two.csv', '--target', 'price,way', '--epochs', '3', '--quiet'])
    const { out } = await sandbox.run(['report', 'runs/two-1', '--json'])
    const { notes, sections, calibrationErrors } = JSON.parse(out) as {
      notes: string[]
      sections: string[]
      calibrationErrors: object
    }
    expect(notes).toEqual([])
    expect(sections.slice(1, 6)).toEqual([
      'Predicted and true values: price',
      'Confusion and calibration: way',
      'Samples with the highest losses: price',
      'Samples with the highest losses: way',
      'Weights',
    ])
    expect(Object.keys(calibrationErrors)).toEqual(['way'])
    const html = sandbox.read('runs/two-1/report.html')
    // truth and prediction of a sample, its loss, and its inputs
    expect(html).toMatch(
      /<td>1[0-3]\d\d<\/td><td>-?\d+(\.\d+)?<\/td><td>[\d.]+<\/td><td>\d\d?<\/td><td>(Oslo|Rome)<\/td>/,
    )
    expect(html).toMatch(/<td>(up|down)<\/td><td>(up|down) \([\d.]+ %\)<\/td><td>[\d.]+<\/td><td>\d\d?<\/td>/)
    expect(html).toMatch(/R² is [-\d.]+, the mean absolute error \d{2,}/)
  })

  it('shows several targets that one output of the model predicts', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i / 40},${i / 20 + 1},${100 - i}`)
    sandbox.write('pair.csv', `x,y,z\n${rows.join('\n')}\n`)
    const model = { model: 'Sequential', layers: [{ layer: 'Dense', units: 2 }] }
    const data = { train: 'pair.csv', target: ['y', 'z'] }
    sandbox.write('pair.yaml', { ...small, name: 'pair', data, model, loss: 'mse', metrics: [] })
    await sandbox.run(['train', 'pair.yaml', '--quiet'])
    const { out } = await sandbox.run(['report', 'runs/pair-1', '--json'])
    const { sections } = JSON.parse(out) as { sections: string[] }
    expect(sections.slice(1, 4)).toEqual([
      'Predicted and true values: y',
      'Predicted and true values: z',
      'Samples with the highest losses',
    ])
    const html = sandbox.read('runs/pair-1/report.html')
    expect(html).toContain('>y</th><th scope="col">y (predicted)</th><th scope="col">z</th>')
  })

  it('has no calibration where outputs are no probabilities', async () => {
    const model = { model: 'Sequential', layers: [{ layer: 'Dense', units: 1, activation: 'tanh' }] }
    const data = { train: 'train.csv', target: 'y', task: 'classification' }
    sandbox.write('hinge.yaml', { ...small, name: 'hinge', data, model, loss: 'hinge' })
    await sandbox.run(['train', 'hinge.yaml', '--quiet'])
    const { out } = await sandbox.run(['report', 'runs/hinge-1', '--json'])
    expect(JSON.parse(out)).toMatchObject({ calibrationErrors: {}, notes: [] })
    const html = sandbox.read('runs/hinge-1/report.html')
    expect(html).toContain('Confusion matrix')
    expect(html).not.toMatch(/Calibration|\(\d+(\.\d+)? %\)/)
  })

  it('shows the pictures of images', async () => {
    for (const [index, name] of ['dark', 'light'].entries()) {
      for (let i = 0; i < 6; i++) {
        const data = Uint8Array.from({ length: 4 * 4 * 3 }, (_, at) => index * 200 + ((at * (i + 1)) % 50))
        const bytes = await encodeImg({ data, width: 4, height: 4, channels: 3 })
        mkdirSync(sandbox.file('photos', name), { recursive: true })
        writeFileSync(sandbox.file('photos', name, `${i}.png`), bytes)
      }
    }
    const { code } = await sandbox.run(['train', 'photos', '--epochs', '1', '--quiet'])
    expect(code).toBe(0)
    const { out } = await sandbox.run(['report', 'runs/photos-1', '--json'])
    expect(JSON.parse(out)).toMatchObject({ notes: [] })
    const html = sandbox.read('runs/photos-1/report.html')
    expect(html).toMatch(/<td>(dark|light)<\/td>/)
    expect(html.match(/<img class="input" alt="the inputs of sample 1" src="data:image\/png;base64,/g)).toHaveLength(1)
  })

  it('writes the curves as SVG and PNG', async () => {
    for (const kind of ['svg', 'png']) {
      const { code, out } = await sandbox.run(['report', 'runs/small-1', '--out', `curves.${kind}`])
      expect({ code, out }).toEqual({
        code: 0,
        out: expect.stringMatching(`^Wrote curves.${kind} \\([\\d.]+ KiB\\)\n$`),
      })
    }
    expect(sandbox.read('curves.svg')).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" .*<\/svg>\n$/s)
    expect(sandbox.read('curves.png').slice(1, 4)).toBe('PNG')
  })

  it('says what is missing where data or the model are gone', async () => {
    await sandbox.run(['train', 'config.yaml', '--quiet', '--data', 'train.csv'])
    sandbox.write('train.csv', steps(50))
    const changed = await sandbox.run(['report', 'runs/small-2'])
    expect(changed.out).toContain('Note: The data files have changed since the run began')
    rmSync(sandbox.file('test.csv'))
    const { code, out } = await sandbox.run(['report', 'runs/small-2'])
    expect(code).toBe(0)
    expect(out).toMatch(/Note: Predictions are missing: .*test\.csv/)
    expect(sandbox.read('runs/small-2/report.html')).toContain('Predictions are missing')
    for (const name of ['best', 'last']) rmSync(sandbox.file(`runs/small-2/model-${name}.safetensors`))
    const bare = await sandbox.run(['report', 'runs/small-2'])
    expect(bare.out).toContain('Note: Predictions and weights are missing')
  })

  it.each([
    [['runs'], 3, "'runs' is no run folder"],
    [['nothing'], 3, "'nothing' is no run folder"],
    [['runs/small-1', '--out', 'a.pdf'], 2, 'expected a name that ends in .html, .svg or .png'],
    [['runs/small-1', '--out', 'config.yaml/b.html'], 7, 'cannot be written'],
  ])('%j ends with %d', async (args, expected, message) => {
    const { code, err } = await sandbox.run(['report', ...args])
    expect(err).toContain(message)
    expect(code).toBe(expected)
  })
})

it('the calibration error is the weighted mean of the gaps', () => {
  const sample = (confidence: number, right: boolean) => ({ confidence, right })
  const { bins, error } = calibrationOf([
    sample(0.95, true),
    sample(0.95, false),
    sample(0.6, true),
    sample(0.55, true),
  ])
  expect(bins.filter(({ count }) => count > 0).map(({ low, count, accuracy }) => [low, count, accuracy])).toEqual([
    [0.5, 2, 1],
    [0.9, 2, 0.5],
  ])
  expect(error).toBeCloseTo((0.45 * 2 + 0.425 * 2) / 4, 12)
})
