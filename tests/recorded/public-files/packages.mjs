import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { runInNewContext } from 'node:vm'

/**
 * Downloads packages that are not in the folder yet and unpacks them. Returns their names and folders; a package that is not to be had is
 * printed and left out.
 */
export function unpackPackages(folder, { npm = [], pypi = [] }, python) {
  const found = []
  for (const [registry, names] of Object.entries({ npm, pypi })) {
    for (const name of names) {
      const target = join(folder, name.replace(/[^\w.@=-]/g, '_'))
      const problem = existsSync(join(target, 'complete')) ? undefined : unpack(registry, name, target, python)
      if (problem) console.log(`MISSING ${name} (${registry}): ${problem}`)
      else found.push({ name, folder: target })
    }
  }
  return found
}

function unpack(registry, name, target, python) {
  mkdirSync(target, { recursive: true })
  const [program, options] =
    registry === 'npm'
      ? ['npm', ['pack', '--silent', '--pack-destination', target, name]]
      : [python, ['-m', 'pip', 'download', '--quiet', '--no-deps', '--dest', target, name]]
  const { status, stderr } = spawnSync(program, options, { encoding: 'utf8' })
  if (status !== 0) return stderr.trim().split('\n').at(-1)
  for (const file of readdirSync(target)) extract(join(target, file), target, python)
  for (const file of filesIn(target)) if (file.endsWith('.zip')) extract(file, dirname(file), python)
  writeFileSync(join(target, 'complete'), '')
  return undefined
}

function extract(file, target, python) {
  if (/\.(tgz|tar\.gz)$/.test(file)) execFileSync('tar', ['xzf', file, '-C', target])
  else if (/\.(whl|zip)$/.test(file)) {
    const folder = file.endsWith('.zip') ? join(target, basename(file, '.zip')) : target
    execFileSync(python, ['-m', 'zipfile', '-e', file, folder])
  }
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

/**
 * Finds the models in the folder of a package. Of files that differ only in a number in their names, such as parts of an ensemble, the first
 * is taken, and of the files of Keras in one folder the first three.
 */
export function modelsIn({ name, folder }) {
  const seen = new Set()
  const models = []
  for (const given of filesIn(folder)) {
    const file = inlineModel(given) ?? given
    const form = formOf(file)
    const alike = relative(folder, file).replace(/[0-9a-f]{16,}|\d+/g, '#')
    const beside = models.filter((model) => model.form !== 'tfjs' && dirname(model.file) === dirname(file))
    if (form === undefined || seen.has(alike) || beside.length === 3) continue
    seen.add(alike)
    models.push({ package: name, file, form, title: relative(folder, file).replace(/^package\//, '') })
  }
  return models
}

function formOf(file) {
  if (/\.(h5|hdf5)$/i.test(file)) return 'h5'
  if (file.endsWith('.keras')) return 'keras'
  if (!file.endsWith('.json')) return undefined
  try {
    const value = JSON.parse(readFileSync(file, 'utf8'))
    return value?.modelTopology && value.weightsManifest ? 'tfjs' : undefined
  } catch {
    return undefined
  }
}

/** Writes a model that lies in JavaScript modules, `model.min.js` and parts such as `group1-shard1of1.min.js` in base64, as the files that it was. */
function inlineModel(file) {
  if (basename(file) !== 'model.min.js') return undefined
  for (const part of readdirSync(dirname(file))) {
    if (!/^(model|group.*)\.min\.js$/.test(part)) continue
    const module = { exports: {} }
    runInNewContext(readFileSync(join(dirname(file), part), 'utf8'), { module, exports: module.exports })
    const value = module.exports
    const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : JSON.stringify(value)
    writeFileSync(join(dirname(file), part.replace(/\.min\.js$/, part === 'model.min.js' ? '.json' : '')), bytes)
  }
  return join(dirname(file), 'model.json')
}
