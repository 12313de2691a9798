/** How long the browser may take to read a file that it was given: one that asks where to put it reads late. */
const patience = 60_000

/** Gives the reader a table as a CSV file for spreadsheets: they take it for UTF-8 by the mark, and no cell of it for a formula. */
export async function saveTable(name: string, table: readonly (readonly string[])[]): Promise<void> {
  const { default: Papa } = await import('papaparse')
  const text = '\uFEFF' + Papa.unparse(table.map((cells) => [...cells]), { escapeFormulae: true })
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), patience)
}
