import writeXlsxFile from 'write-excel-file/browser'
import { maskName, plainCell } from '../../../contract/export.ts'
import { logListExport } from '../../../contract/list.ts'
import { call } from '../../api.ts'
import { type Column, cellText } from './column.ts'
import type { ListSource } from './useList.ts'

type WriteList<T> = {
  title: string
  route: string
  columns: Column<T>[]
  moment: (at: string) => string
  everything: NonNullable<ListSource<T>['everything']>
  signal: AbortSignal
  onRows: (n: number) => void
}

/** As many rows as one file takes. */
const most = 20_000

/** Collects a list, logs that it leaves the hospital, and hands the file over. @throws {ApiError} */
export async function writeList<T>({
  title,
  route,
  columns,
  moment,
  everything,
  signal,
  onRows,
}: WriteList<T>) {
  const named = columns.filter((one) => one.title !== '')
  const rows: { value: string | number; type: StringConstructor | NumberConstructor }[][] = []
  const enough = new AbortController()
  await everything(
    (items) => {
      for (const item of items) {
        if (rows.length >= most) break
        rows.push(
          named.map((column) => {
            const text = cellText(column, item, moment)
            const value = column.personal ? maskName(String(text)) : text
            return typeof value === 'number'
              ? { value, type: Number }
              : { value: plainCell(value), type: String }
          }),
        )
      }
      onRows(rows.length)
      if (rows.length >= most) enough.abort()
    },
    AbortSignal.any([signal, enough.signal]),
  ).catch((error: unknown) => {
    if (!enough.signal.aborted || signal.aborted) throw error
  })
  await call(logListExport, {
    body: {
      route,
      rows: rows.length,
      columns: named.map((one) => one.key),
    },
  })
  const head = named.map((one) => ({ value: one.title, fontWeight: 'bold' as const, type: String }))
  const blob = await writeXlsxFile([head, ...rows], { stickyRowsCount: 1 }).toBlob()
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = `${title}.xlsx`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href))
}
