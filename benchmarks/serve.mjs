// Requests to `gradus serve` over loopback, wrong ones among them; after `npm run build`:
//   node benchmarks/serve.mjs [--requests 10000] [--connections 32] [--command apps/cli/dist/main.js]
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Dense, Sequential } from 'gradus'

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    connections: { type: 'string', default: '32' },
    command: { type: 'string', default: fileURLToPath(new URL('../apps/cli/dist/main.js', import.meta.url)) },
  },
})

const folder = mkdtempSync(join(tmpdir(), 'gradus-serve-'))
const model = new Sequential([
  new Dense({ units: 64, activation: 'relu', inputShape: [8] }),
  new Dense({ units: 3, activation: 'softmax' }),
])
const path = join(folder, 'model.safetensors')
await model.save(path)
const rows = Array.from({ length: 256 }, (_, row) => Array.from({ length: 8 }, (_, i) => Math.sin(row * 8 + i)))
const expected = (await model.predict(rows)).array()

const server = spawn(process.execPath, [values.command, 'serve', path, '--json', '--max-requests', '1000'])
server.stderr.pipe(process.stderr)
const { url } = JSON.parse(await new Promise((resolve) => server.stdout.once('data', resolve)))

/** Bodies and headers that are wrong, with the status of the answer. */
const wrong = [
  { body: '{"inputs": [[1, 2]]}', status: 400 },
  { body: '{"inputs": [[1, 2, 3, 4, 5, 6, 7, null]]}', status: 400 },
  { body: '{"inputs": [[1, 2, 3, 4, 5, 6, 7, 1e999]]}', status: 400 },
  { body: '{"inputs": [', status: 400 },
  { body: '', status: 400 },
  { body: `${'['.repeat(100_000)}${']'.repeat(100_000)}`, status: 400 },
  { body: JSON.stringify({ inputs: new Array(2000).fill(rows[0]) }), status: 413 },
  { body: ' '.repeat(2 ** 20 + 1), status: 413 },
  { body: '{"inputs": []}', type: 'text/plain', status: 415 },
  { body: '{"inputs": []}', host: 'evil.example', status: 403 },
  { method: 'PUT', body: '{}', status: 405 },
  { path: 'other', body: '{}', status: 404 },
]

const agent = new Agent({ keepAlive: true, maxSockets: Number(values.connections) })

function ask({ method = 'POST', path = 'predict', type = 'application/json', host, body }) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': type, 'content-length': Buffer.byteLength(body), ...(host && { host }) }
    const asked = request(new URL(path, url), { method, headers, agent }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (piece) => {
        text += piece
      })
      answer.on('end', () => resolve({ status: answer.statusCode, text }))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

const count = Number(values.requests)
const errors = new Map()
const fail = (what) => errors.set(what, (errors.get(what) ?? 0) + 1)
const times = []
let [next, refused] = [0, 0]

async function client() {
  while (next < count) {
    const index = next++
    const isWrong = index % 10 === 9
    const given = isWrong ? wrong[Math.floor(index / 10) % wrong.length] : rightRequest(index)
    const start = performance.now()
    try {
      const { status, text } = await ask(given)
      if (isWrong) {
        refused++
        if (status !== given.status || typeof JSON.parse(text).error.message !== 'string')
          fail(`wrong request: ${status}`)
      } else {
        times.push(performance.now() - start)
        if (status !== 200) fail(`status ${status}: ${text}`)
        else if (!isEqual(JSON.parse(text).outputs, given.outputs)) fail('other numbers')
      }
    } catch (error) {
      fail(`${isWrong ? 'wrong request, ' : ''}${error.message}`)
    }
  }
}

function rightRequest(index) {
  const from = (index * 7) % 250
  const to = from + 1 + (index % 5)
  return { body: JSON.stringify({ inputs: rows.slice(from, to) }), outputs: expected.slice(from, to) }
}

function isEqual(outputs, wanted) {
  return wanted.every((row, i) => row.every((value, j) => Math.abs(outputs[i]?.[j] - value) < 1e-6))
}

const start = performance.now()
await Promise.all(Array.from({ length: Number(values.connections) }, client))
const seconds = (performance.now() - start) / 1000
times.sort((a, b) => a - b)
const quantile = (part) => `${times[Math.min(times.length - 1, Math.floor(part * times.length))].toFixed(2)} ms`
console.log(
  `${count} requests, ${refused} of them wrong, over ${values.connections} connections in ${seconds.toFixed(2)} s`,
)
console.log(`${Math.round(count / seconds)} requests per second`)
console.log(`predictions: p50 ${quantile(0.5)}, p99 ${quantile(0.99)}, longest ${quantile(1)}`)
console.log(`errors: ${[...errors.values()].reduce((sum, n) => sum + n, 0)}`)
for (const [what, n] of errors) console.log(`  ${n} times ${what}`)
agent.destroy()
server.kill('SIGTERM')
const [code] = await new Promise((resolve) => server.once('close', (...result) => resolve(result)))
console.log(`the server ended with ${code}`)
rmSync(folder, { recursive: true })
process.exitCode = errors.size === 0 && code === 0 ? 0 : 1
