import { useBackend } from '@gradus/tensor'
import type { Command } from 'commander'
import { openBackend } from '../backends/backends.ts'
import { openTarget } from '../export/target.ts'
import { reportWritten, writeModel } from '../export/write-model.ts'
import { argumentTexts, forceOption, jsonOption, pluginOption, type Which, whichOption } from '../flags.ts'
import { openModelFile } from '../model/open-model.ts'
import { Report, type Terminal } from '../terminal.ts'
import { writeJson } from '../text/json.ts'

interface ConvertFlags {
  readonly to: string
  readonly which?: Which
  readonly plugin?: readonly string[]
  readonly force?: boolean
  readonly json?: boolean
}

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
    .action(async (source: string, flags: ConvertFlags) => {
      const { cwd, env } = terminal
      const target = await openTarget(flags.to, { cwd, scripts: false, ...(flags.force && { force: true }) })
      await useBackend(await openBackend('cpu'))
      const opened = await openModelFile(source, { cwd, plugins: flags.plugin, which: flags.which, log: terminal.err })
      const written = await writeModel(opened, target, 'all')
      reportWritten(written, new Report(flags.json ? terminal.err : terminal.out, env), terminal)
      if (flags.json) writeJson(terminal.out, written)
    })
}
