/** Part of an addition to the repository: a new file, or new lines in one that is there. */
export interface Edit {
  /** The path from the root of the repository. */
  readonly file: string
  /** Returns the new text, given the old one where the file is there. */
  readonly apply: (text: string | undefined) => string
  /** How many lines a file gets that was there before; a definition in it does not count. */
  readonly lines: number
}

/** A new file. */
export function create(file: string, text: string): Edit {
  return {
    file,
    lines: 0,
    apply(before) {
      if (before !== undefined) throw new Error(`${file} is there already: name the addition otherwise.`)
      return text
    },
  }
}

/** A definition at the end of a file. */
export function define(file: string, text: string): Edit {
  return { file, lines: 0, apply: (before) => `${there(file, before)}\n${text}` }
}

/** A line after the first one that contains a text. */
export function line(file: string, after: string, text: string): Edit {
  return change(file, after, (before, start) => {
    const end = before.indexOf('\n', start)
    return `${before.slice(0, end)}\n${text}${before.slice(end)}`
  })
}

/** An export line at the beginning of a file. */
export function exported(file: string, text: string): Edit {
  return { file, lines: 1, apply: (before) => `${text}\n${there(file, before)}` }
}

/** An entry right after the first place of a text, such as the beginning of a list. */
export function entry(file: string, after: string, text: string): Edit {
  return change(file, after, (before, start) => {
    const end = start + after.length
    return `${before.slice(0, end)}${text}${before.slice(end)}`
  })
}

function change(file: string, place: string, make: (before: string, start: number) => string): Edit {
  return {
    file,
    lines: 1,
    apply(text) {
      const before = there(file, text)
      const start = before.indexOf(place)
      if (start < 0) throw new Error(`${file} has no '${place}': say in tests/structure where the line goes.`)
      return make(before, start)
    },
  }
}

function there(file: string, text: string | undefined): string {
  if (text === undefined) throw new Error(`There is no ${file}: say in tests/structure which file is touched.`)
  return text
}

/** Files, where a new package counts as one, and lines in files that were there before. */
export interface Touched {
  readonly files: number
  readonly lines: number
}

/** Counts the files and lines that some edits touch. */
export function touched(edits: readonly Edit[]): Touched {
  const packages = edits.flatMap(({ file }) => /^(.+)\/package\.json$/.exec(file)?.[1] ?? [])
  const places = edits.map(({ file }) => packages.find((folder) => file.startsWith(`${folder}/`)) ?? file)
  return { files: new Set(places).size, lines: edits.reduce((sum, { lines }) => sum + lines, 0) }
}
