import type { Command } from 'commander'
import { type WriteFlags, writeTarget } from '../export/write-model.ts'
import { argumentTexts, forceOption, jsonOption, pluginOption, whichOption } from '../flags.ts'
import type { Terminal } from '../terminal.ts'

/** Adds `gradus convert`. */
export function convertCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('convert')
    .argument('<model>', argumentTexts.model)
    .description(
      'write a model in another format, with its loss, metrics and the state of its optimizer where the format has them',
    )
    .requiredOption(
      '--to <file>',
      'the file to write: .keras, .h5, .weights.h5, .safetensors, or model.json for TensorFlow.js',
    )
    .addOption(forceOption())
    .addOption(jsonOption({ log: true }))
    .addHelpText(
      'after',
      '\nExamples:\n  gradus convert model.keras --to model.safetensors\n  gradus convert model.h5 --to web/model.json --force',
    )
  command
    .addOption(whichOption())
    .addOption(pluginOption())
    .action((source: string, flags: WriteFlags) => writeTarget(source, flags, 'all', terminal))
}
