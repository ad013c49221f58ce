import type { Column } from './column.ts'
import { ColumnChooser, ExportButton } from './ListTools.tsx'
import { SavedViews } from './SavedViews.tsx'
import type { ListSource } from './useList.ts'

type ToolsProps<T> = {
  title: string
  source: ListSource<T>
  all: Column<T>[]
  shown: Column<T>[]
  show: (key: string, on: boolean) => void
}

/** What every list offers beside its filters; loaded after the list itself. */
export default function Tools<T>({ title, source, all, shown, show }: ToolsProps<T>) {
  return (
    <>
      {source.route && <SavedViews route={source.route} />}
      <ColumnChooser all={all} shown={shown} show={show} />
      <ExportButton title={title} source={source} columns={shown} />
    </>
  )
}
