import type { ReactNode } from 'react'

type HeatCell = { heat: 'low' | 'some' | 'high'; title: string; content: ReactNode }
type HeatTableProps = {
  /** Heard by a screen reader. */
  label: string
  columns: readonly string[]
  /** Null: nothing to tell there. */
  rows: readonly { name: string; cells: readonly (HeatCell | null)[] }[]
}

/** A heat map that is a table: read, printed and opened cell by cell like one. */
export function HeatTable({ label, columns, rows }: HeatTableProps) {
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={label}>
      <table className="heat-table">
        <thead>
          <tr>
            <td />
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, cells }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {cells.map((cell, index) => (
                <td key={index} {...(cell && { className: cell.heat, title: cell.title })}>
                  {cell?.content}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
