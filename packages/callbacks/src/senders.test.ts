import { afterEach, describe, expect, it } from 'vitest'
import { ScriptedModel } from '../../../tests/recorded/scripted-model.ts'
import { MLflow } from './mlflow.ts'
import { RemoteMonitor } from './remote-monitor.ts'
import { type Answer, listen, type Received } from './testing/http-server.ts'
import { play } from './testing/play.ts'

const closers: (() => Promise<void>)[] = []

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

async function serve(answer: (request: Received) => Answer | undefined) {
  const server = await listen(answer)
  closers.push(server.close)
  return server
}

/** Runs an epoch for each loss. Returns the warnings. */
async function run(
  make: (warn: (message: string) => void) => RemoteMonitor | MLflow,
  losses: readonly (number | 'NaN')[],
) {
  const warnings: string[] = []
  const callback = make((message) => void warnings.push(message))
  expect(await play([callback], { model: new ScriptedModel(), script: { loss: losses } })).toBe(losses.length)
  return warnings
}

describe('RemoteMonitor', () => {
  it('sends a form with a field, as Keras does', async () => {
    const { root, received } = await serve(() => [200])
    expect(await run((warn) => new RemoteMonitor({ root, warn }), [0.5, 'NaN'])).toEqual([])
    expect(received.map(({ path, body }) => [path, JSON.parse(new URLSearchParams(body).get('data')!)])).toEqual([
      ['/publish/epoch/end/', { epoch: 0, loss: 0.5 }],
      ['/publish/epoch/end/', { epoch: 1, loss: 'NaN' }],
    ])
    expect(received[0]!.headers['content-type']).toBe('application/x-www-form-urlencoded')
  })

  it('sends JSON to any address, with headers and another field', async () => {
    const { root, received } = await serve(() => [204])
    const headers = { Authorization: 'Bearer 1' }
    await run((warn) => new RemoteMonitor({ root: `${root}/a`, path: '/b?c=1', sendAsJson: true, headers, warn }), [2])
    await run((warn) => new RemoteMonitor({ root, path: '', field: 'figures', warn }), [3])
    expect(received[0]).toMatchObject({
      path: '/a/b?c=1',
      body: '{"epoch":0,"loss":2}',
      headers: { authorization: 'Bearer 1', 'content-type': 'application/json' },
    })
    expect(received[1]!.body).toBe(new URLSearchParams({ figures: '{"epoch":0,"loss":3}' }).toString())
  })

  it('warns once when the server is down, and training goes on', async () => {
    const { root, close } = await serve(() => [200])
    await close()
    closers.pop()
    const warnings = await run((warn) => new RemoteMonitor({ root, warn }), [1, 2, 3])
    expect(warnings).toEqual([
      `RemoteMonitor: it could not send to ${root}: ECONNREFUSED. Training goes on.`,
      `RemoteMonitor: 3 messages to ${root} were lost.`,
    ])
  })

  it('warns when the server answers with an error', async () => {
    const { root } = await serve(() => [500, 'the disk is full'])
    expect(await run((warn) => new RemoteMonitor({ root, warn }), [1])).toEqual([
      `RemoteMonitor: it could not send to ${root}: it answered 500 Internal Server Error the disk is full. Training goes on.`,
    ])
  })

  it('a server that never answers delays the end by one timeout, and the epochs not at all', async () => {
    const { root, received } = await serve(() => undefined)
    const started = performance.now()
    const warnings = await run((warn) => new RemoteMonitor({ root, warn, timeout: 0.2 }), new Array(500).fill(1))
    expect(performance.now() - started).toBeLessThan(5000)
    expect(received).toHaveLength(1)
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toMatch(/did not answer within 0.2 s|training ended before it answered/)
    expect(warnings[1]).toContain('500 messages')
  })

  it('waits at the end for a server that is slow', async () => {
    const { root, received } = await serve(() => [200])
    const { root: slow, received: late } = await serve(() => undefined)
    await run((warn) => new RemoteMonitor({ root: slow, warn, timeout: 0.1 }), [1])
    expect(await run((warn) => new RemoteMonitor({ root, warn }), new Array(200).fill(1))).toEqual([])
    expect([received.length, late.length]).toEqual([200, 1])
  })

  it('refuses addresses and headers that are not valid', () => {
    expect(() => new RemoteMonitor({ root: 'localhost:9000' })).toThrow(
      'RemoteMonitor: "localhost:9000" is no address of a server; expected one such as \'http://localhost:9000\'.',
    )
    expect(() => new RemoteMonitor({ root: 'file:///etc' })).toThrow('is no address')
    expect(() => new RemoteMonitor({ headers: { 'a b': '1' } })).toThrow("RemoteMonitor: 'headers' must hold texts")
    expect(() => new RemoteMonitor({ timeout: 0 })).toThrow("'timeout' must be a number")
  })
})

describe('MLflow', () => {
  const answers: Readonly<Record<string, object>> = {
    'experiments/create': { experiment_id: '7' },
    'runs/create': { run: { info: { run_id: 'r1' } } },
  }
  const ok = ({ path }: Received): Answer =>
    path.includes('get-by-name')
      ? [404, '{"error_code":"RESOURCE_DOES_NOT_EXIST"}']
      : [200, JSON.stringify(answers[path.replace('/api/2.0/mlflow/', '')] ?? {})]
  const requests = (received: readonly Received[]) =>
    received.map(({ path, body }) => [path.replace('/api/2.0/mlflow/', ''), body && JSON.parse(body)] as const)

  it('creates experiment and run, logs parameters and figures, and finishes the run', async () => {
    const { root, received } = await serve(ok)
    const params = { units: 64, bias: true }
    const warnings = await run(
      (warn) =>
        new MLflow({ trackingUri: `${root}/`, experimentName: "o'k 1", runName: 'a', tags: { x: 1 }, params, warn }),
      [0.5, 'NaN'],
    )
    expect(warnings).toEqual([])
    const time = expect.any(Number)
    expect(requests(received)).toEqual([
      ['experiments/get-by-name?experiment_name=o%27k+1', ''],
      ['experiments/create', { name: "o'k 1" }],
      ['runs/create', { experiment_id: '7', start_time: time, run_name: 'a', tags: [{ key: 'x', value: '1' }] }],
      ['runs/log-parameter', { run_id: 'r1', key: 'epochs', value: '2' }],
      ['runs/log-parameter', { run_id: 'r1', key: 'units', value: '64' }],
      ['runs/log-parameter', { run_id: 'r1', key: 'bias', value: 'true' }],
      [
        'runs/log-batch',
        {
          run_id: 'r1',
          metrics: [
            { key: 'loss', value: 0.5, timestamp: time, step: 0 },
            { key: 'loss', value: 'NaN', timestamp: time, step: 1 },
          ],
        },
      ],
      ['runs/update', { run_id: 'r1', status: 'FINISHED', end_time: time }],
    ])
  })

  it('uses an experiment and a run that exist', async () => {
    const found = { experiment: { experiment_id: '3' } }
    const { root, received } = await serve((request) =>
      request.path.includes('get-by-name') ? [200, JSON.stringify(found)] : ok(request),
    )
    await run((warn) => new MLflow({ trackingUri: root, experimentName: 'a', warn }), [1])
    expect(requests(received)[1]).toEqual(['runs/create', { experiment_id: '3', start_time: expect.any(Number) }])
    received.length = 0
    await run((warn) => new MLflow({ trackingUri: root, runId: 'r9', warn }), [1])
    expect(requests(received).map(([, body]) => body.run_id)).toEqual(['r9', 'r9', 'r9'])
  })

  it('sends figures again that the server did not take', async () => {
    let failures = 1
    const { root, received } = await serve((request) => {
      if (request.path.endsWith('log-batch') && failures-- > 0) return [500, 'busy']
      return ok(request)
    })
    const warnings: string[] = []
    const callback = new MLflow({ trackingUri: root, warn: (message) => void warnings.push(message) })
    const wait = { onEpochEnd: () => new Promise<void>((resolve) => setTimeout(resolve, 100)) }
    await play([callback, wait], { model: new ScriptedModel(), script: { loss: [1, 2, 3] } })
    expect(warnings[0]).toContain('it answered 500 Internal Server Error busy')
    const batches = requests(received).filter(([name]) => name === 'runs/log-batch')
    expect(batches.at(-1)![1].metrics.map(({ step }: { step: number }) => step)).toEqual([0, 1, 2])
    expect(requests(received).at(-1)![0]).toBe('runs/update')
  })

  it('sends at most 1000 figures at once', async () => {
    const { root, received } = await serve(ok)
    const script = Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`m${i}`, [i]]))
    await play([new MLflow({ trackingUri: root })], { model: new ScriptedModel(), script })
    const sizes = requests(received).flatMap(([name, body]) => (name === 'runs/log-batch' ? [body.metrics.length] : []))
    expect(sizes).toEqual([1000, 500])
  })

  it('warns when the server is something else', async () => {
    const { root } = await serve(() => [200, '<html>'])
    const [warning] = await run((warn) => new MLflow({ trackingUri: root, warn }), [1])
    expect(warning).toContain(`MLflow: it could not send to ${root}: `)
  })
})
