// How many rows a second tables of each format give, and the most memory that reading takes; after `npm run build`:
//   node benchmarks/tables.mjs [--rows 1000000] [--file PATH ...] [--train TARGET [--stream]] [--command PATH]
// The files have 10 columns: numbers, categories, booleans, dates and texts in quotes. Another process reads each. With
// --file, files that exist are read instead, such as Parquet files, for which there is no writer here. With --train, `gradus train`
// trains on each for one epoch: the time for reading (all passes and encoding), for training with its validation, and for the test at
// the end, and the most memory. --stream keeps the rows in a temporary file. NODE_OPTIONS apply to it.
import { spawn, spawnSync } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createGzip } from 'node:zlib'
import { openTable } from 'gradus/tables'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    file: { type: 'string', multiple: true },
    read: { type: 'string' },
    train: { type: 'string' },
    stream: { type: 'boolean' },
    command: { type: 'string', default: fileURLToPath(new URL('../apps/cli/dist/main.js', import.meta.url)) },
  },
})

if (values.read) await measure(values.read)
else {
  const folder = await mkdtemp(join(tmpdir(), 'gradus-bench-tables-'))
  try {
    for (const file of values.file ?? (await makeFiles(folder, Number(values.rows)))) {
      if (values.train) {
        await measureTraining(file, folder)
        continue
      }
      const { status } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--read', file], {
        stdio: 'inherit',
      })
      if (status !== 0) process.exitCode = 1
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Reads all rows and prints the figures. */
async function measure(file) {
  const begin = performance.now()
  const table = await openTable(file)
  const opened = performance.now() - begin
  let rows = 0
  for await (const { rowCount } of table.chunks()) rows += rowCount
  const seconds = (performance.now() - begin) / 1000
  const { user, system } = process.cpuUsage()
  const megabytes = (await stat(file)).size / 1e6
  const peak = process.resourceUsage().maxRSS / 1024
  console.log(
    `${file.split('/').at(-1).padEnd(24)} ${String(rows).padStart(9)} rows x ${table.columns.length}, ${megabytes.toFixed(0)} MB: ` +
      `opened in ${opened.toFixed(0)} ms, read in ${seconds.toFixed(2)} s (${((user + system) / 1e6).toFixed(2)} s of processors with the start), ${Math.round(rows / seconds)} rows/s, peak ${peak.toFixed(0)} MiB`,
  )
}

/** Trains one epoch and prints the figures. */
async function measureTraining(file, folder) {
  const atExit =
    "process.on('exit', () => { const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage(); console.error('peak', maxRSS, userCPUTime + systemCPUTime) })"
  const flags = [
    '--target',
    values.train,
    '--epochs',
    '1',
    '--seed',
    '1',
    '--jsonl',
    '--quiet',
    '--out',
    join(folder, 'runs'),
  ]
  const begin = performance.now()
  const child = spawn(
    process.execPath,
    [
      ...['--import', `data:text/javascript,${encodeURIComponent(atExit)}`, values.command, 'train', file, ...flags],
      ...(values.stream ? ['--set', 'data.stream=true'] : []),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const times = { epoch: Number.NaN, start: Number.NaN }
  let [events, errors] = ['', '']
  child.stdout.on('data', (data) => {
    events += data
    const at = (performance.now() - begin) / 1000
    for (const [, name] of String(data).matchAll(/"event":"(\w+)"/g)) times[name] = at
  })
  child.stderr.on('data', (data) => {
    errors += data
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  const end = (performance.now() - begin) / 1000
  const name = file.split('/').at(-1).padEnd(24)
  if (code !== 0) {
    console.log(`${name} failed with ${code}: ${errors.slice(-500)}`)
    process.exitCode = 1
    return
  }
  const [, peak, processors] = /peak (\d+) (\d+)/.exec(errors)
  const samples = /"samples":(\d+)/.exec(events)?.[1]
  console.log(
    `${name} ${samples} training rows${values.stream ? ', streamed' : ''}: read in ${times.start.toFixed(1)} s, trained in ${(times.epoch - times.start).toFixed(1)} s, ` +
      `the rest in ${(end - times.epoch).toFixed(1)} s, ${(processors / 1e6).toFixed(1)} s of processors, peak ${(peak / 1024).toFixed(0)} MiB`,
  )
}

/** Numbers from 0 to 1 that are the same in each run. */
function randomNumbers() {
  let state = 1
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

function* rowsOf(count) {
  const random = randomNumbers()
  const cities = ['Rome', 'Oslo', 'Paris', 'New York', 'Washington, D.C.']
  for (let id = 0; id < count; id++) {
    const [a, b, c, d] = [random(), random(), 1000 * random(), Math.floor(9 * random())]
    const day = `2024-0${1 + Math.floor(9 * random())}-1${Math.floor(9 * random())}`
    const city = cities[Math.floor(5 * random())]
    yield {
      id,
      a,
      b,
      c,
      d,
      size: Number(random().toFixed(4)),
      city,
      ok: random() > 0.5,
      day,
      price: Number((1e5 * random()).toFixed(2)),
    }
  }
}

function cell(value) {
  if (typeof value === 'number' && !Number.isInteger(value)) return value.toFixed(4)
  return String(value).includes(',') ? `"${value}"` : value
}

async function makeFiles(folder, count) {
  const csvLines = function* () {
    yield 'id,a,b,c,d,size,city,ok,day,price\n'
    for (const row of rowsOf(count)) yield `${Object.values(row).map(cell).join(',')}\n`
  }
  const files = [
    ['rows.csv', csvLines()],
    ['rows.csv.gz', csvLines()],
    ['decimal-comma.csv', commaLines(count)],
    ['rows.jsonl', jsonLines(count)],
    ['rows.json', jsonList(Math.min(count, 500_000))],
    ['matrix.npy', npyPieces(count)],
  ]
  const paths = []
  for (const [name, pieces] of files) {
    const path = join(folder, name)
    const steps = [inPieces(pieces), ...(name.endsWith('.gz') ? [createGzip()] : []), createWriteStream(path)]
    await pipeline(...steps)
    paths.push(path)
  }
  return paths
}

function* commaLines(count) {
  yield 'id;a;b;c;d;size;city;ok;day;price\n'
  for (const row of rowsOf(count))
    yield `${Object.values(row)
      .map((value) => String(cell(value)).replace('.', ','))
      .join(';')}\n`
}

function* jsonLines(count) {
  for (const row of rowsOf(count)) yield `${JSON.stringify(row)}\n`
}

function* jsonList(count) {
  yield '['
  for (const row of rowsOf(count)) yield `${row.id > 0 ? ',\n' : ''}${JSON.stringify(row)}`
  yield ']'
}

function* npyPieces(count) {
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${count}, 10), }`
  const start = new Uint8Array(128)
  start.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0])
  start.set(new TextEncoder().encode(`${header.padEnd(117)}\n`), 10)
  yield start
  const random = randomNumbers()
  for (let row = 0; row < count; row++) yield new Uint8Array(Float64Array.from({ length: 10 }, random).buffer)
}

/** Joins small pieces of text or bytes. */
function* inPieces(pieces) {
  let held = []
  let size = 0
  for (const piece of pieces) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
    held.push(bytes)
    size += bytes.length
    if (size > 2 ** 18) {
      yield Buffer.concat(held)
      held = []
      size = 0
    }
  }
  yield Buffer.concat(held)
}
