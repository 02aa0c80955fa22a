import colors from 'picocolors'

/** A stream that takes text. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
}

/** Where a command runs. */
export interface Terminal {
  /** The answer. */
  readonly out: Output
  /** Warnings and errors, and the log where the answer is data. */
  readonly err: Output
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** How this program was called, to be repeated in hints: `gradus`. */
  readonly command: string
}

/** Whether text on `output` may have colours: NO_COLOR forbids them, FORCE_COLOR asks for them, else a terminal has them. */
export function hasColours({ isTTY }: Output, { NO_COLOR, FORCE_COLOR, TERM }: Terminal['env']): boolean {
  if (NO_COLOR) return false
  if (FORCE_COLOR) return FORCE_COLOR !== '0'
  return isTTY === true && TERM !== 'dumb'
}

/** Whether lines may be rewritten on `output`, as a progress bar does. */
export function canRewrite({ isTTY }: Output, { CI, TERM }: Terminal['env']): boolean {
  return isTTY === true && !CI && TERM !== 'dumb'
}

/** Text for people: in colour where that is possible, silent with `--quiet`. */
export class Report {
  readonly colors: ReturnType<typeof colors.createColors>
  private readonly colourful: boolean

  constructor(
    private readonly output: Output | undefined,
    env: Terminal['env'],
  ) {
    this.colourful = output !== undefined && hasColours(output, env)
    this.colors = colors.createColors(this.colourful)
  }

  line(text = ''): void {
    this.write(`${text}\n`)
  }

  heading(text: string): void {
    this.line()
    this.line(this.colors.bold(text))
  }

  /** Hands on text from elsewhere, without its colours where there are to be none. */
  readonly write = (text: string): void => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with the control character ESC
    this.output?.write(this.colourful ? text : text.replace(/\x1b\[\d*(;\d+)*m/g, ''))
  }
}
