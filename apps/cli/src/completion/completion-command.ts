import { Argument, type Command } from 'commander'
import type { Terminal } from '../terminal.ts'
import { bashScript } from './bash.ts'
import { describeCommand } from './described-command.ts'
import { fishScript } from './fish.ts'
import { zshScript } from './zsh.ts'

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const

/** Adds `gradus completion`. */
export function completionCommand(program: Command, { out }: Terminal): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'the shell that reads the script').choices(Object.keys(scripts)))
    .description('print a script that completes commands, flags and values in a shell')
    .addHelpText(
      'after',
      `
Examples:
  echo 'source <(gradus completion bash)' >> ~/.bashrc
  gradus completion zsh > "\${fpath[1]}/_gradus"
  gradus completion fish > ~/.config/fish/completions/gradus.fish`,
    )
    .action((shell: keyof typeof scripts) => {
      out.write(scripts[shell](describeCommand(program), program.name()))
    })
}
