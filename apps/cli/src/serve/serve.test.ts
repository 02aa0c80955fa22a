import { once } from 'node:events'
import { request } from 'node:http'
import { type AddressInfo, connect, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { Dense, input, layers, Model, Sequential } from 'gradus'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleCommand, type Process, startCommand } from '../testing/bundle.ts'
import { Sandbox, small } from '../testing/sandbox.ts'

const sandbox = new Sandbox()
let script: string
let server: Process
let url: string
let model: Sequential
let expected: number[][]
const rows = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(i), i / 64])

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: {
    readonly outputs?: number[][]
    readonly error?: { readonly code: string; readonly message: string }
    readonly [key: string]: unknown
  }
}

interface Question {
  readonly method?: string
  readonly path?: string
  readonly body?: string | object
  readonly headers?: Readonly<Record<string, string>>
  readonly to?: string
}

function ask({ method = 'POST', path = 'predict', body = '', headers = {}, to = url }: Question): Promise<Answer> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const all = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), ...headers }
    const asked = request(new URL(path, to), { method, headers: all }, async (answer) => {
      let received = ''
      for await (const piece of answer) received += piece
      const isJson = answer.headers['content-type'] === 'application/json' && received !== ''
      resolve({
        status: answer.statusCode!,
        headers: answer.headers,
        body: isJson ? JSON.parse(received) : { received },
      })
    })
    asked.on('error', reject)
    asked.end(text)
  })
}

async function start(...args: string[]): Promise<{ process: Process; url: string }> {
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const { port } = free.address() as AddressInfo
  free.close()
  await once(free, 'close')
  const flags = ['--backend', 'cpu', '--port', String(port)]
  const process = startCommand(script, ['serve', ...args, ...flags], sandbox.path)
  const url = `http://127.0.0.1:${port}/`
  await process.shows(new RegExp(`at ${url}\n`))
  return { process, url }
}

beforeAll(async () => {
  script = await bundleCommand(sandbox.path)
  model = new Sequential([new Dense({ units: 4, activation: 'tanh', inputShape: [3] }), new Dense({ units: 2 })])
  await model.save(sandbox.file('model.safetensors'))
  expected = (await model.predict(rows)).array() as number[][]
  const started = await start('model.safetensors', '--timeout', '2', '--max-body', '20000')
  server = started.process
  url = started.url
}, 120_000)

afterAll(async () => {
  server?.kill('SIGKILL')
  await server?.ended
  sandbox.remove()
})

function expectClose(outputs: number[][] | undefined, wanted: number[][]): void {
  expect(outputs).toHaveLength(wanted.length)
  for (const [i, row] of wanted.entries())
    for (const [j, value] of row.entries()) expect(outputs![i]![j]).toBeCloseTo(value, 5)
}

const wrong: readonly (readonly [what: string, question: Question, status: number, code: string])[] = [
  ['no JSON', { body: '{"inputs": [' }, 400, 'bad-json'],
  ['an empty body', { body: '' }, 400, 'bad-json'],
  ['a list', { body: [] }, 400, 'bad-body'],
  ['another key', { body: { inputs: [[1, 2, 3]], rows: 1 } }, 400, 'bad-body'],
  ['no inputs', { body: {} }, 400, 'bad-body'],
  ['no rows', { body: { inputs: [] } }, 400, 'bad-shape'],
  ['a row that is too short', { body: { inputs: [[1, 2]] } }, 400, 'bad-shape'],
  ['a row without its list', { body: { inputs: [1, 2, 3] } }, 400, 'bad-shape'],
  ['ragged rows', { body: { inputs: [[1, 2, 3], [1]] } }, 400, 'bad-value'], // biome-ignore format: one line
  ['null', { body: { inputs: [[1, 2, null]] } }, 400, 'bad-value'],
  ['a text', { body: { inputs: [[1, 2, '3']] } }, 400, 'bad-value'],
  ['an infinite number', { body: '{"inputs": [[1, 2, 1e999]]}' }, 400, 'not-finite'],
  ['a number above float32', { body: { inputs: [[1, 2, 1e300]] } }, 400, 'not-finite'],
  ['deep JSON', { body: `{"inputs":${'['.repeat(9000)}${']'.repeat(9000)}}` }, 400, 'bad-value'],
  ['an unknown input', { body: { inputs: { other: [[1, 2, 3]] } } }, 400, 'bad-shape'],
  ['too many rows', { body: { inputs: new Array(1025).fill([1, 2, 3]) } }, 413, 'too-many-rows'],
  ['a body that is too large', { body: ' '.repeat(20_001) }, 413, 'too-large'],
  ['another type', { body: '{}', headers: { 'content-type': 'text/plain' } }, 415, 'bad-type'],
  ['another charset', { body: '{}', headers: { 'content-type': 'application/json; charset=latin1' } }, 415, 'bad-type'],
  ['a compressed body', { body: '{}', headers: { 'content-encoding': 'gzip' } }, 415, 'bad-encoding'],
  ['another method', { method: 'PUT', body: '{}' }, 405, 'bad-method'],
  ['CORS', { method: 'OPTIONS', headers: { origin: 'https://example.org' } }, 405, 'bad-method'],
  ['another path', { path: 'predict/1' }, 404, 'not-found'],
  ['a path of objects', { path: '__proto__' }, 404, 'not-found'],
  ['another host', { headers: { host: 'evil.example' } }, 403, 'bad-host'],
]

describe('serve', { timeout: 120_000 }, () => {
  it.each(wrong)('refuses %s', async (_, question, status, code) => {
    const { status: got, body, headers } = await ask(question)
    expect({ got, body }).toEqual({ got: status, body: { error: { code, message: expect.any(String) } } })
    expect(headers['access-control-allow-origin']).toBeUndefined()
    expect(body.error!.message.length).toBeLessThan(500)
  })

  it('answers hundreds of requests, wrong ones among them, and each with its own rows', async () => {
    const questions = Array.from({ length: 600 }, (_, index) => index)
    let at = 0
    const client = async () => {
      while (at < questions.length) {
        const index = at++
        if (index % 4 === 3) {
          const [, question, status] = wrong[(index >> 2) % wrong.length]!
          expect((await ask(question)).status).toBe(status)
        } else {
          const [from, to] = [index % 50, (index % 50) + 1 + (index % 11)]
          const { status, body } = await ask({ body: { inputs: rows.slice(from, to) } })
          expect(status).toBe(200)
          expectClose(body.outputs, expected.slice(from, to))
        }
      }
    }
    await Promise.all(Array.from({ length: 16 }, client))
  })

  it('has a page, a description and a state', async () => {
    const page = await ask({ method: 'GET', path: '' })
    expect(page.status).toBe(200)
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    expect(page.body.received).toContain('{&#34;inputs&#34;:[[0,0,0]]}')
    const { body } = await ask({ method: 'GET', path: 'openapi.json' })
    expect(body).toMatchObject({ openapi: '3.1.0', paths: { '/predict': { post: {} } } })
    expect(JSON.stringify(body)).toContain('"minItems":3,"maxItems":3')
    expect((await ask({ method: 'GET', path: 'health' })).body).toEqual({ status: 'ok', model: 'model.safetensors' })
    expect(await ask({ method: 'HEAD', path: 'health' })).toMatchObject({ status: 200, body: { received: '' } })
  })

  it('survives slow clients, large headers, junk and aborted requests', async () => {
    const { hostname, port } = new URL(url)
    const raw = async (text: string) => {
      const socket = connect(Number(port), hostname)
      socket.on('error', () => {})
      socket.write(text)
      let received = ''
      socket.on('data', (piece) => {
        received += piece
      })
      await once(socket, 'close')
      return received
    }
    const head = 'POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'
    const [slowHead, slowBody, large, junk] = await Promise.all([
      raw('POST /predict HTTP/1.1\r\nHost: local'),
      raw(`${head}Content-Length: 100\r\n\r\n{"inputs":`),
      raw(`${head}X-Large: ${'x'.repeat(20_000)}\r\n\r\n`),
      raw('junk\r\n\r\n'),
    ])
    expect(slowHead).toContain('408 Request Timeout')
    expect(slowBody).toMatch(/^HTTP\/1.1 408 /)
    expect(large).toMatch(/^HTTP\/1.1 431 .*"code":"too-large"/s)
    expect(junk).toMatch(/^HTTP\/1.1 400 .*"code":"bad-http"/s)
    for (let i = 0; i < 50; i++) {
      const socket = connect(Number(port), hostname)
      socket.on('error', () => {})
      socket.write(`${head}Content-Length: 26\r\n\r\n{"inputs": [[1, 2, 3]]}   `)
      if (i % 2) await pause(2)
      socket.destroy()
    }
    expectClose((await ask({ body: { inputs: [rows[0]] } })).body.outputs, [expected[0]!])
  })

  it('stops on SIGTERM after the answers to requests that have begun', async () => {
    const started = await start('model.safetensors', '--cors', 'https://example.org', '--allow-host', 'model.test')
    const cors = { origin: 'https://example.org' }
    const preflight = await ask({ method: 'OPTIONS', to: started.url, headers: cors })
    expect(preflight).toMatchObject({ status: 204, headers: { 'access-control-allow-origin': 'https://example.org' } })
    const other = await ask({
      to: started.url,
      headers: { origin: 'https://evil.example' },
      body: { inputs: [rows[0]] },
    })
    expect(other.headers['access-control-allow-origin']).toBeUndefined()
    const named = { host: 'model.test' }
    expect((await ask({ to: started.url, headers: named, body: { inputs: [rows[0]] } })).status).toBe(200)
    const { hostname, port } = new URL(started.url)
    const socket = connect(Number(port), hostname)
    const head = 'POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n'
    socket.write(`${head}Content-Length: 23\r\n\r\n{"inputs": `)
    await pause(200)
    started.process.kill('SIGTERM')
    await pause(200)
    await expect(ask({ to: started.url, method: 'GET', path: 'health' })).rejects.toThrow('ECONNREFUSED')
    socket.write('[[1, 2, 3]]}')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toContain('HTTP/1.1 200 OK')
    const { code, err } = await started.process.ended
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('SIGTERM: answering the requests') })
  })

  it('serves models with several inputs and outputs by name', async () => {
    const [a, b] = [input({ shape: [2], name: 'a' }), input({ shape: [1], name: 'b' })]
    const joined = new layers.Concatenate().call([a, b])
    const outputs = [
      new Dense({ units: 1, name: 'sum' }).call(joined),
      new Dense({ units: 2, name: 'pair' }).call(joined),
    ]
    const two = new Model({ inputs: [a, b], outputs })
    await two.save(sandbox.file('two.safetensors'))
    const started = await start('two.safetensors')
    const answer = await ask({ to: started.url, body: { inputs: { a: [[1, 2]], b: [[3]] } } })
    expect(answer.body.outputs).toMatchObject({
      sum: [[expect.any(Number)]],
      pair: [[expect.any(Number), expect.any(Number)]],
    })
    const missing = await ask({ to: started.url, body: { inputs: { a: [[1, 2]] } } })
    expect(missing.body.error!.message).toBe("The input 'b' is missing.")
    const uneven = await ask({ to: started.url, body: { inputs: { a: [[1, 2]], b: [[3], [4]] } } })
    expect(uneven.body.error!.message).toContain('different numbers of rows')
    started.process.kill('SIGINT')
    expect((await started.process.ended).code).toBe(0)
  })

  it('predicts rows as predict does, for a model that was trained on a table', async () => {
    const people = Array.from(
      { length: 60 },
      (_, i) => `${20 + ((i * 7) % 53)},${i % 3 ? 'Oslo' : 'Rome'},${i >= 30 ? 'yes' : 'no'}`,
    )
    sandbox.write('people.csv', `age,city,ill\n${people.join('\n')}\n`)
    sandbox.write('people.yaml', { ...small, data: { train: 'people.csv', target: 'ill' } })
    await sandbox.run(['train', 'people.yaml', '--quiet'])
    const rows = [{ age: 44, city: 'Rome' }, { age: '25', city: 'Oslo' }, { city: null, age: 70 }] // biome-ignore format: one line
    sandbox.write('rows.json', JSON.stringify(rows))
    const { out } = await sandbox.run(['predict', 'runs/small-1', 'rows.json', '--json', '--backend', 'cpu'])
    const started = await start('runs/small-1')
    const { status, body } = await ask({ to: started.url, body: { rows } })
    expect(status).toBe(200)
    const { predictions } = JSON.parse(out) as { predictions: unknown }
    expect(body).toEqual({ predictions })
    const refused = [
      [{ rows: [{ age: 'old', city: 'Rome' }] }, 'bad-value'],
      [{ rows: [{ city: 'Rome' }] }, 'bad-value'],
      [{ rows: [[44, 'Rome']] }, 'bad-shape'],
      [{ rows: [] }, 'bad-shape'],
      [{ rows: {}, inputs: [] }, 'bad-body'],
    ] as const
    for (const [body, code] of refused) {
      const answer = await ask({ to: started.url, body })
      expect({ status: answer.status, code: answer.body.error?.code }).toEqual({ status: 400, code })
    }
    const page = await ask({ to: started.url, method: 'GET', path: '' })
    // the example has values as they are in the table
    expect(page.body.received).toMatch(/&#34;age&#34;: 4\d(\.5)?,\n +&#34;city&#34;: &#34;Oslo&#34;/)
    started.process.kill('SIGTERM')
    await started.process.ended
  })

  it.each([
    [['nothing'], 3, "There is no file or folder 'nothing'"],
    [['model.safetensors', '--port', '70000'], 2, 'Expected a whole number from 0 to 65535'],
    [['model.safetensors', '--host', '203.0.113.1'], 2, 'this machine has no address 203.0.113.1'],
    [['model.safetensors', '--port', 'USED'], 2, 'is in use'],
  ])('%j ends with %d', async (args, expectedCode, message) => {
    const { port } = new URL(url)
    const { code, err } = await sandbox.run(['serve', ...args.map((text) => (text === 'USED' ? port : text))])
    expect(err).toContain(message)
    expect(code).toBe(expectedCode)
  })
})
