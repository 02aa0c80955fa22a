import { stat } from 'node:fs/promises'
import { ConfigError } from '@gradus/core'
import type { ExportJsOptions, Port } from '@gradus/export-js'
import { useBackend } from '@gradus/tensor'
import type { Model } from 'gradus'
import { writeFileAtomic } from 'gradus/io'
import { openBackend } from '../backends/backends.ts'
import type { Which } from '../flags.ts'
import { modelOf, type OpenedFile, openModelFile } from '../model/open-model.ts'
import { Report, type Terminal } from '../terminal.ts'
import { writeJson } from '../text/json.ts'
import { exactBytes } from '../text/numbers.ts'
import { shownPath } from '../text/shown-path.ts'
import { exportScript } from './export-script.ts'
import { openTarget, type Target } from './target.ts'

/** The result of an export or a conversion, as `--json` prints it. */
export interface Written {
  readonly from: { readonly path: string; readonly format: string }
  readonly to: { readonly path: string; readonly format: string; readonly bytes: number }
  /** Of a file of JavaScript. */
  readonly script?: {
    readonly inputs: readonly Port[]
    readonly outputs: readonly Port[]
    readonly ops: readonly string[]
    /** The columns that `predictRows` takes; null without it. */
    readonly columns: readonly string[] | null
    readonly difference: number | null
  }
  /** Whether the columns of the model's table are not in the file. */
  readonly losesColumns: boolean
}

/** The parts of a model that are written: what inference needs, or the options of `compile` and the optimizer's state as well. */
export type Parts = 'inference' | 'all'

/** The flags of commands that write a model. */
export interface WriteFlags {
  readonly to: string
  readonly which?: Which
  readonly plugin?: readonly string[]
  readonly force?: boolean
  readonly json?: boolean
}

/**
 * Reads the model of a command, writes it to the file of `--to`, and prints what was written. `scriptOptions` gives the options of a file
 * of JavaScript by its path; without it that is no target.
 */
export async function writeTarget(
  source: string,
  flags: WriteFlags,
  parts: Parts,
  terminal: Terminal,
  scriptOptions?: (path: string) => ExportJsOptions,
): Promise<void> {
  const { cwd, env, out, err } = terminal
  const scripts = scriptOptions !== undefined
  const target = await openTarget(flags.to, { cwd, scripts, ...(flags.force && { force: true }) })
  await useBackend(await openBackend('cpu'))
  const opened = await openModelFile(source, { cwd, plugins: flags.plugin, which: flags.which, log: err })
  const written = await writeModel(opened, target, parts, scriptOptions?.(target.path))
  reportWritten(written, new Report(flags.json ? err : out, env), terminal)
  if (flags.json) writeJson(out, written)
}

/** Writes a model to a file in the format of its name. Throws `DataError` for a file with weights only, and `FormatError`. */
async function writeModel(
  opened: OpenedFile,
  target: Target,
  parts: Parts,
  options: ExportJsOptions = {},
): Promise<Written> {
  const model = await modelToWrite(opened, parts === 'all' && target.format !== undefined)
  const from = { path: opened.path, format: opened.format }
  const { path, format } = target
  const hasTable = opened.file.header.table !== undefined
  if (!format) {
    const { code, inputs, outputs, ops, columns, difference } = await exportScript(model, options)
    await writeFileAtomic(path, code)
    const bytes = new TextEncoder().encode(code).length
    return {
      from,
      to: { path, format: 'JavaScript', bytes },
      script: { inputs, outputs, ops, columns, difference },
      losesColumns: hasTable && !columns,
    }
  }
  const formats = [format]
  if (path.endsWith('.weights.h5')) await model.saveWeights(path, { formats })
  else await (parts === 'all' ? model.save(path, { formats }) : model.export(path, { formats }))
  const losesColumns = hasTable && format.name !== 'safetensors'
  return { from, to: { path, format: format.name, bytes: (await stat(path)).size }, losesColumns }
}

async function modelToWrite(opened: OpenedFile, compile: boolean): Promise<Model> {
  try {
    return await modelOf(opened, { compile })
  } catch (error) {
    if (!compile || !(error instanceof ConfigError)) throw error
    await modelOf(opened, { compile: false }) // throws where the model itself is the reason
    throw new ConfigError(
      `'${opened.shown}' has a loss, a metric or an optimizer of another program, which this command does not have. gradus export writes the model without them.`,
      { cause: error },
    )
  }
}

/** Prints what was written. */
function reportWritten({ to, script, losesColumns }: Written, report: Report, { cwd }: Terminal): void {
  report.line(`Wrote ${shownPath(to.path, cwd)}: ${to.format}, ${exactBytes(to.bytes)}`)
  if (losesColumns)
    report.line('  columns        not in this file: it takes the numbers of the inputs, not the rows of the table')
  if (!script) return
  const { inputs, outputs, columns, difference } = script
  const shown = (ports: readonly Port[]) => ports.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ')
  report.line(`  predict(rows)  ${shown(inputs)} -> ${shown(outputs)}`)
  if (columns) report.line(`  predictRows    { ${columns.slice(0, 8).join(', ')}${columns.length > 8 ? ', ...' : ''} }`)
  if (difference === null) report.line('  compared       not: the model takes no random samples')
  else
    report.line(
      `  compared       greatest difference from the model on 8 random samples: ${difference === 0 ? '0' : difference.toExponential(1)}`,
    )
}
