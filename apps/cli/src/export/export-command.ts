import { useBackend } from '@gradus/tensor'
import { type Command, Option } from 'commander'
import { openBackend } from '../backends/backends.ts'
import { argumentTexts, forceOption, jsonOption, pluginOption, type Which, whichOption } from '../flags.ts'
import { inputShapeOption, inputShapes } from '../inspect/input-shape.ts'
import { openModelFile } from '../model/open-model.ts'
import { Report, type Terminal } from '../terminal.ts'
import { writeJson } from '../text/json.ts'
import { openTarget } from './target.ts'
import { reportWritten, writeModel } from './write-model.ts'

interface ExportFlags {
  readonly to: string
  readonly format?: 'esm' | 'iife'
  readonly name?: string
  readonly table: boolean
  readonly inputShape?: readonly string[]
  readonly which?: Which
  readonly plugin?: readonly string[]
  readonly force?: boolean
  readonly json?: boolean
}

/** Adds `gradus export`. */
export function exportCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('export')
    .argument('<model>', argumentTexts.model)
    .description('write a model for inference: as JavaScript without dependencies, or as a file of another library')
    .requiredOption(
      '--to <file>',
      'the file to write: .js, .mjs, .cjs, .keras, .h5, .weights.h5, .safetensors, or model.json for TensorFlow.js',
    )
    .addOption(
      new Option(
        '--format <format>',
        'of JavaScript: a module, or a script that defines a variable (default esm, for .cjs files iife)',
      ).choices(['esm', 'iife']),
    )
    .option('--no-table', 'of JavaScript: without predictRows, which takes the rows of the table of the model')
    .option('--name <name>', 'of a script: the name of its variable (default model)')
    .addOption(forceOption())
    .addOption(jsonOption({ log: true }))
    .addHelpText(
      'after',
      '\nExamples:\n  gradus export runs/flowers-1 --to model.js\n  gradus export model.keras --to web/model.json',
    )
  command
    .addOption(whichOption())
    .addOption(pluginOption())
    .addOption(inputShapeOption())
    .action(async (source: string, flags: ExportFlags) => {
      const { cwd, env } = terminal
      const target = await openTarget(flags.to, { cwd, scripts: true, ...(flags.force && { force: true }) })
      await useBackend(await openBackend('cpu'))
      const opened = await openModelFile(source, { cwd, plugins: flags.plugin, which: flags.which, log: terminal.err })
      const format = flags.format ?? (target.path.endsWith('.cjs') ? 'iife' : 'esm')
      const written = await writeModel(opened, target, 'inference', {
        format,
        table: flags.table,
        ...(flags.name !== undefined && { name: flags.name }),
        ...inputShapes(flags.inputShape),
      })
      reportWritten(written, new Report(flags.json ? terminal.err : terminal.out, env), terminal)
      if (flags.json) writeJson(terminal.out, written)
    })
}
