import colors from 'picocolors'

/** A stream that text is written to. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
}

/** The environment of a command. */
export interface Terminal {
  /** The result of the command. */
  readonly out: Output
  /** Warnings and errors; also the log, where `out` is for programs. */
  readonly err: Output
  /** Aborted with a `WriteError` when an output cannot be written. */
  readonly failed?: AbortSignal
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** The command that starts this program, such as `gradus`, for hints. */
  readonly command: string
}

/** Whether text on `output` may have colors: NO_COLOR turns them off, FORCE_COLOR on; otherwise a terminal has colors. */
export function hasColors({ isTTY }: Output, { NO_COLOR, FORCE_COLOR, TERM }: Terminal['env']): boolean {
  if (NO_COLOR) return false
  if (FORCE_COLOR) return FORCE_COLOR !== '0'
  return isTTY === true && TERM !== 'dumb'
}

/** Whether lines on `output` can be rewritten, which a progress bar needs. */
export function canRewrite({ isTTY }: Output, { CI, TERM }: Terminal['env']): boolean {
  return isTTY === true && !CI && TERM !== 'dumb'
}

/** Text for people: with colors where the output has them, nothing with `--quiet`. */
export class Report {
  readonly colors: ReturnType<typeof colors.createColors>
  private readonly hasColors: boolean

  constructor(
    private readonly output: Output | undefined,
    env: Terminal['env'],
  ) {
    this.hasColors = output !== undefined && hasColors(output, env)
    this.colors = colors.createColors(this.hasColors)
  }

  line(text = ''): void {
    this.write(`${text}\n`)
  }

  heading(text: string): void {
    this.line()
    this.line(this.colors.bold(text))
  }

  /** Writes text as it is, but without its color codes where the output has no colors. */
  readonly write = (text: string): void => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: color codes begin with the control character ESC
    this.output?.write(this.hasColors ? text : text.replace(/\x1b\[\d*(;\d+)*m/g, ''))
  }
}
