import { describe, expect, it } from 'vitest'
import { openTable } from '../open-table.ts'
import { readTable } from './testing/read.ts'

const bytes = (text: string, encoding: 'latin1' | 'utf16le' | 'utf8' = 'utf8') =>
  new Uint8Array(Buffer.from(text, encoding))
const shape = async (text: string, options = {}) => {
  const { columns, rows } = await readTable({ text }, options)
  return [columns, ...rows]
}

describe('the forms in which people have tables', () => {
  it.each([40, 100_000])('%i spaces, tabs or line ends before the first text take no time', async (count) => {
    const begin = performance.now()
    for (const space of [' ', '\t', '\n', '\r\n '])
      await openTable({ text: `${space.repeat(count)}a b\n1 2\n` }).catch(() => {})
    expect(performance.now() - begin).toBeLessThan(2000)
  })

  it('a name that occurs 50,000 times', async () => {
    const begin = performance.now()
    const { columns } = await openTable({ text: `${'a,'.repeat(50_000)}b\n` }, { header: true })
    expect([columns[0], columns[1], columns[49_999]]).toEqual(['a', 'a_2', 'a_50000'])
    expect(performance.now() - begin).toBeLessThan(3000)
  })

  it('no rows: an open quote alone', async () => {
    expect((await openTable({ text: '""' })).columns).toEqual([])
  })

  it('semicolons, decimal commas, dots in times, empty columns and rows at the end', async () => {
    const text = 'Date;Time;CO(GT);T;;\r\n10/03/2004;18.00.00;2,6;13,6;;\r\n10/03/2004;19.00.00;2;13,3;;\r\n;;;;;\r\n'
    const { columns, rows, decimal, notes, places } = await readTable({ text })
    expect(columns).toEqual(['Date', 'Time', 'CO(GT)', 'T'])
    expect(rows).toEqual([
      ['10/03/2004', '18.00.00', '2,6', '13,6'],
      ['10/03/2004', '19.00.00', '2', '13,3'],
    ])
    expect(decimal).toBe(',')
    expect(places).toEqual(['line 2', 'line 3'])
    expect(notes).toEqual([
      "The cells are separated by ';'.",
      'The last 2 columns are empty and left out.',
      'Numbers have a decimal comma.',
      'Rows without any value are left out.',
    ])
  })

  it('a mark at the start, thousands in quotes, suffixes of numbers', async () => {
    const text =
      '\ufeff"Date","Price","Vol.","Change %"\r\n"09/26/2025","1,612.34","120.5M","0.76%"\r\n"09/25/2025","998.50","100M","-0.5%"\r\n'
    const { columns, rows, decimal } = await readTable(bytes(text))
    expect(columns).toEqual(['Date', 'Price', 'Vol.', 'Change %'])
    expect(rows[0]).toEqual(['09/26/2025', '1,612.34', '120.5M', '0.76%'])
    expect(decimal).toBe('.')
  })

  it('no header', async () => {
    const { columns, rows, notes } = await readTable({ text: '5.1,3.5,Iris-setosa\n7.0,3.2,Iris-versicolor\n' })
    expect([columns, rows[0]]).toEqual([
      ['c0', 'c1', 'c2'],
      ['5.1', '3.5', 'Iris-setosa'],
    ])
    expect(notes).toEqual(["The file has no header, so the columns are c0 to c2. To name them, set 'header'."])
  })

  it('an open quote in tab-separated texts', async () => {
    const { rows, notes } = await readTable(bytes('ham\t"Hello she said\nspam\tFree entry\n'), { name: 'sms.tsv' })
    expect(rows).toEqual([
      ['ham', '"Hello she said'],
      ['spam', 'Free entry'],
    ])
    expect(notes).toContain('Quotes are part of the texts, because some are never closed.')
  })

  it('a quote that is closed by that of a later row', async () => {
    const rows = Array.from({ length: 50 }, (_, i) => `ham\t${i === 3 || i === 9 ? '"' : ''}text ${i}`)
    expect((await readTable({ text: rows.join('\n') })).rows).toHaveLength(50)
    const late = `${'ham\tsome text\n'.repeat(30_000)}ham\t"open\nspam\tx\nham\tto the "\nham\t"\n`
    await expect(readTable({ text: late })).rejects.toThrow("set 'quote' to null")
  })

  it('tabs, and numbers without a digit before the point', async () => {
    expect(await shape('id\trate\n1001\t.097\n1003\t.091\n')).toEqual([
      ['id', 'rate'],
      ['1001', '.097'],
      ['1003', '.091'],
    ])
  })
})

describe('what is found out', () => {
  it('delimiters', async () => {
    for (const mark of [',', ';', '\t', '|']) {
      const found = await shape(`a${mark}b c\n1${mark}x y\n2${mark}z\n`)
      expect(found).toEqual([
        ['a', 'b c'],
        ['1', 'x y'],
        ['2', 'z'],
      ])
    }
    expect(await shape('18.0   8   "chevrolet chevelle"\n 15.0\t8   "buick skylark" \n')).toEqual([
      ['c0', 'c1', 'c2'],
      ['18.0', '8', 'chevrolet chevelle'],
      ['15.0', '8', 'buick skylark'],
    ])
    // one column, although its texts have commas
    expect(await shape('text\nHello, world\nno comma\none, two, three\n')).toHaveLength(4)
    expect((await readTable({ text: 'Full Name\nJohn Smith\nJane Doe\n' })).columns).toEqual(['Full Name'])
    // decimal commas without a header
    expect((await readTable({ text: '1,5;2,5;3,5\n4,5;5,5;6,5\n' })).rows[0]).toEqual(['1,5', '2,5', '3,5'])
  })

  it('headers', async () => {
    const header = async (text: string) => (await readTable({ text })).columns[0] !== 'c0'
    expect(await header('name,ok\nx,true\ny,false\n')).toBe(true)
    expect(await header('x,true\ny,false\n')).toBe(false)
    expect(await header('country,1990,1991,1992\nItaly,5,7,6\n')).toBe(true)
    expect(await header('a,b\nx,y\nz,x\n')).toBe(true)
    expect(await header('ham,b\nspam,c\nham,d\n')).toBe(false)
    expect(await header('63,?,1.2,yes\n37,1,2.1,no\n')).toBe(false)
    expect(await header('age,city\n')).toBe(true)
  })

  it('one column of numbers with a decimal comma, of texts with commas, and lines that are long', async () => {
    const numbers = await readTable({ text: 'x\n1,5\n2,25\n' })
    expect([numbers.columns, numbers.rows, numbers.decimal]).toEqual([['x'], [['1,5'], ['2,25']], ','])
    expect((await readTable({ text: 'name\nSmith, John\nDoe, Jane\n' })).rows).toEqual([['Smith, John'], ['Doe, Jane']])
    const header = Array.from({ length: 40_000 }, (_, i) => `gene${i}`).join(';')
    const row = Array.from({ length: 40_000 }, (_, i) => i).join(';')
    const wide = await readTable({ text: `${header}\n${row}\n${row}\n` })
    expect([wide.columns.length, wide.rows.length, wide.rows[1]![39_999]]).toEqual([40_000, 2, '39999'])
  })

  it('spaces before quotes', async () => {
    expect(await shape('name, note\nx, "hello, world"\ny, "fine"\n')).toEqual([
      ['name', 'note'],
      ['x', 'hello, world'],
      ['y', 'fine'],
    ])
  })

  it('the delimiter that Excel states', async () => {
    const { columns, rows, places } = await readTable({ text: 'sep=|\r\na|b\r\n1|2\r\n' })
    expect([columns, rows, places]).toEqual([['a', 'b'], [['1', '2']], ['line 3']])
  })

  it('comments, a header in the last of them, and lines in the middle', async () => {
    const { columns, rows, notes } = await readTable({ text: '# made by hand, in 2024\n# a b\n1 2\n3 4\n' })
    expect([columns, rows]).toEqual([
      ['a', 'b'],
      [
        ['1', '2'],
        ['3', '4'],
      ],
    ])
    expect(notes).toContain("Lines that begin with '#' are left out.")
    expect(await shape('a,b\n1,2\n# half\n3,4\n')).toHaveLength(3)
    // a name and values, not comments
    expect(await shape('#,Name\n1,x\n2,y\n')).toEqual([
      ['#', 'Name'],
      ['1', 'x'],
      ['2', 'y'],
    ])
    expect(await shape('tag,n\n#a,1\n#b,2\n')).toHaveLength(3)
    expect((await readTable({ text: '% change,n\n1,2\n' })).columns).toEqual(['% change', 'n'])
  })

  it('titles, names of rows, names that repeat', async () => {
    const title = await readTable({ text: 'My report,,\nby me,,\na,b,c\n1,2,3\n4,5,6\n' })
    expect([title.columns, title.rows.length]).toEqual([['a', 'b', 'c'], 2])
    expect(title.notes).toEqual(['The first 2 lines are a title and left out.'])
    const dated = await readTable({ text: 'My report,,,\nprinted,2024-01-02,,\n,,,\na,b,c,d\n1,2,3,4\n4,5,6,7\n' })
    expect([dated.columns, dated.rows.length]).toEqual([['a', 'b', 'c', 'd'], 2])
    const sparse = await readTable({ text: '1,,,\n,2,3,\n1,2,3,4\n4,5,6,7\n' })
    expect(sparse.rows).toHaveLength(4)
    const r = await readTable({ text: '"mpg" "cyl"\n"Mazda RX4" 21 6\n"Datsun 710" 22.8 4\n' })
    expect([r.columns, r.rows[0]]).toEqual([
      ['row', 'mpg', 'cyl'],
      ['Mazda RX4', '21', '6'],
    ])
    const repeated = await readTable({ text: 'a,a,,a_2\n1,2,3,4\n' })
    expect(repeated.columns).toEqual(['a', 'a_3', 'c2', 'a_2'])
    expect(repeated.notes).toEqual([
      "Columns without a name are called 'c2'.",
      "Names that occur twice are numbered: 'a_3'.",
    ])
  })

  it('the decimal mark', async () => {
    const mark = async (text: string) => (await openTable({ text })).decimal
    expect(await mark('a\tb\n1,5\tx\n2,25\ty\n')).toBe(',')
    expect(await mark('a\tb\n1,234.5\tx\n')).toBe('.')
    expect(await mark('a;b\n1.234,5;x\n')).toBe(',')
    expect(await mark('a;b\n1,234;x\n5,678;y\n')).toBe(',')
    const doubtful = await openTable({ text: 'a\tb\n1,234\tx\n' })
    expect(doubtful.decimal).toBe('.')
    expect(doubtful.notes.at(-1)).toContain("set 'decimal'")
    expect((await openTable({ text: 'a\tb\n1,234\tx\n' }, { decimal: ',' })).decimal).toBe(',')
  })
})

describe('encodings', () => {
  const text = 'name,größe\nJosé,1\nZoë,2\n'

  it('UTF-8, UTF-16 with and without a mark, windows-1252', async () => {
    const expected = [
      ['José', '1'],
      ['Zoë', '2'],
    ]
    const swapped = bytes(`\ufeff${text}`, 'utf16le')
    for (let i = 0; i < swapped.length; i += 2) swapped.set([swapped[i + 1]!, swapped[i]!], i)
    for (const file of [
      bytes(text),
      bytes(`\ufeff${text}`),
      bytes(text, 'utf16le'),
      bytes(`\ufeff${text}`, 'utf16le'),
      swapped,
    ]) {
      expect((await readTable(file)).rows).toEqual(expected)
    }
    const { rows, columns, notes } = await readTable(bytes(text, 'latin1'))
    expect([columns, rows]).toEqual([['name', 'größe'], expected])
    expect(notes[0]).toContain('read as windows-1252')
    expect((await readTable(bytes(text, 'latin1'), { encoding: 'latin1' })).notes).toEqual([])
  })

  it('bytes that are not UTF-8 after the sample', async () => {
    const lines = `name,n\n${'plain,1\n'.repeat(50_000)}`
    const late = new Uint8Array(Buffer.concat([Buffer.from(lines), Buffer.from('José,2\n', 'latin1')]))
    const { rows, notes } = await readTable(late)
    expect(rows.at(-1)).toEqual(['José', '2'])
    expect(notes[0]).toContain('read as windows-1252')
    const mixed = new Uint8Array(Buffer.concat([Buffer.from(`Zoë,1\n${lines}`), Buffer.from('José,2\n', 'latin1')]))
    await expect(readTable(mixed)).rejects.toThrow('that are not utf-8')
  })

  it('what cannot be decoded', async () => {
    await expect(openTable(bytes(text), { encoding: 'utf9' })).rejects.toThrow(
      '\'encoding\' is "utf9", which this platform does not decode',
    )
    await expect(openTable(Uint8Array.of(1, 0, 0, 0, 5, 0, 0, 0), { format: 'csv' })).rejects.toThrow(
      'is not a text file: byte 2 is 0',
    )
  })
})

describe('options', () => {
  it('are taken as they are', async () => {
    expect(await shape('1,2\n3,4\n', { header: ['x', 'y'] })).toEqual([
      ['x', 'y'],
      ['1', '2'],
      ['3', '4'],
    ])
    expect(await shape('1,2\n3,4\n', { header: true })).toEqual([
      ['1', '2'],
      ['3', '4'],
    ])
    expect(await shape('a,b\n3,4\n', { header: false })).toHaveLength(3)
    expect(await shape("a;b\n'x;y';2\n", { quote: "'", delimiter: ';' })).toEqual([
      ['a', 'b'],
      ['x;y', '2'],
    ])
    expect(await shape('a,b\n"x,2\n', { quote: null })).toEqual([
      ['a', 'b'],
      ['"x', '2'],
    ])
    expect(await shape('note\r\n\r\na:b\r\n1:2\r\n', { skip: 2, delimiter: ':' })).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ])
    expect((await readTable({ text: 'note\nmore\na,b\n1,2\n' }, { skip: 2 })).places).toEqual(['line 4'])
    expect(await shape('a\tb\n1\t2\n', { delimiter: 'tab' })).toHaveLength(2)
    expect((await readTable({ text: `a\n${'1\n'.repeat(10_000)}` }, { rows: 5000 })).rows).toHaveLength(5000)
  })

  it('that are wrong', async () => {
    const open = (options: object) => openTable({ text: 'a,b\n1,2\n' }, options)
    await expect(open({ delimeter: ';' })).rejects.toThrow(
      "openTable has no option 'delimeter'. Did you mean 'delimiter'?",
    )
    await expect(open({ delimiter: '||' })).rejects.toThrow("'delimiter' must be one character")
    await expect(open({ quote: 'quote' })).rejects.toThrow("'quote' must be one character, or null for none, and is")
    await expect(open({ header: ['x'] })).rejects.toThrow("'header' lists 1 name, and the rows have 2 cells")
    await expect(open({ header: [] })).rejects.toThrow("'header' is an empty list")
    await expect(open({ within: 'x' })).rejects.toThrow(
      'is a CSV file, for which the option \'within\' ("x") does not apply',
    )
    await expect(open({ format: 'tsv' })).rejects.toThrow("openTable has no format 'tsv'. Did you mean 'csv'?")
    await expect(open({ rows: 0 })).rejects.toThrow("'rows' must be a positive whole number")
  })
})

describe('lines with a wrong number of cells', () => {
  const message = async (text: string, options = {}) =>
    readTable({ text }, options).then(
      () => 'read',
      (error: Error) => error.message,
    )

  it('are listed once, with the likely cause', async () => {
    const rows = 'a,b,c\n1,2,3\n'.concat('4,5,6\n'.repeat(40))
    expect(await message(`${rows}7,8\n9,10,11\n`)).toBe(
      "The text cannot be read as a table:\n  line 43: 2 cells; expected 3\nCorrect the lines, or set 'delimiter', 'quote' or 'header' if the file is read in a wrong way.",
    )
    expect(await message(`${rows}7,8`)).toContain('It is the last line: the file seems to be cut off.')
    expect(await message(`${rows}x,y,z, and more\n`)).toContain("Texts seem to have ',' in them.")
    expect(await message(`${rows}${'1,2,3,4\n'.repeat(20)}`)).toContain(
      'lines 43, 44, 45, 46, 47, 48, 49, 50, 51, 52: 4 cells; expected 3\n  and more\n',
    )
    expect(await message(`${rows}/ odd\n/ odder\n1,2,3\n`)).toContain("set 'comment' to '/'")
    expect(await message(`178,13,x,y\n${'1,2,3,4,5\n'.repeat(30)}`)).toContain(
      "are a title, leave them out with 'skip': 1.",
    )
    expect(await message(`a,b,c,d\n${'1,2\n'.repeat(30)}`)).toContain('Cells seem to be missing at the end of lines.')
    expect(await message(`${rows}"7,5","8" 9,10\n`)).toContain(
      "line 43: a quoted cell is followed by ' '; expected ',' or the end of the line",
    )
  })

  it('a value in a column that was left out', async () => {
    const rows = 'a,b,\n'.concat('4,5,\n'.repeat(60_000))
    expect(await message(`${rows}1,2,3\n`)).toContain('line 60002: 3 cells; expected 2')
  })
})

it('chunks end at 4096 rows, and none is empty', async () => {
  const sizes: number[] = []
  for await (const { rowCount } of (await openTable({ text: `a\n${'1\n'.repeat(8192)}` })).chunks())
    sizes.push(rowCount)
  expect(sizes).toEqual([4096, 4096])
})
