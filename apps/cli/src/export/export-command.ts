import { type Command, Option } from 'commander'
import { argumentTexts, forceOption, jsonOption, pluginOption, whichOption } from '../flags.ts'
import { inputShapeOption, inputShapes } from '../inspect/input-shape.ts'
import type { Terminal } from '../terminal.ts'
import { type WriteFlags, writeTarget } from './write-model.ts'

interface ExportFlags extends WriteFlags {
  readonly format?: 'esm' | 'iife'
  readonly name?: string
  readonly table: boolean
  readonly inputShape?: readonly string[]
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
    .action((source: string, flags: ExportFlags) =>
      writeTarget(source, flags, 'inference', terminal, (path) => ({
        format: flags.format ?? (path.endsWith('.cjs') ? 'iife' : 'esm'),
        table: flags.table,
        ...(flags.name !== undefined && { name: flags.name }),
        ...inputShapes(flags.inputShape),
      })),
    )
}
