import type { ReactNode } from 'react'

type PlainTableProps = {
  /** Heard by a screen reader. */
  label?: string
  columns: readonly string[]
  rows: readonly (readonly ReactNode[])[]
  className?: string
}

/** A few rows to be read, without order or paging; wider than the screen, it scrolls by itself. */
export function PlainTable({ label, columns, rows, className = '' }: PlainTableProps) {
  return (
    <div className="table-scroll" {...(label && { tabIndex: 0, role: 'group', 'aria-label': label })}>
      <table className={`list-table plain-table ${className}`}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
