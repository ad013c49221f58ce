import { countedTo } from '../../../contract/route.ts'
import { DownloadOutlined, SettingOutlined } from '@ant-design/icons'
import { Button, Checkbox, Popover, Progress } from 'antd'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useTime } from '../../format/useTime.ts'
import { may, useMe } from '../../session.tsx'
import { Dialog } from '../Dialog.tsx'
import { Notice } from '../Notice.tsx'
import { useExplain } from '../useExplain.ts'
import type { Column } from './column.ts'
import type { ListSource } from './useList.ts'

type Columns<T> = { all: Column<T>[]; shown: Column<T>[]; show: (key: string, on: boolean) => void }

export function ColumnChooser<T>({ all, shown, show }: Columns<T>) {
  const { t } = useTranslation()
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      content={
        <div className="column-chooser" role="group" aria-label={t('common.columns')}>
          {all
            .filter((one) => one.title !== '')
            .map((one, index) => (
              <Checkbox
                key={one.key}
                checked={shown.includes(one)}
                // Without its first column a row has no name.
                disabled={index === 0 || (shown.length === 1 && shown.includes(one))}
                onChange={(event) => show(one.key, event.target.checked)}
              >
                {one.title}
              </Checkbox>
            ))}
        </div>
      }
    >
      <Button
        icon={<SettingOutlined aria-hidden />}
        aria-label={t('common.columns')}
        title={t('common.columns')}
      />
    </Popover>
  )
}

type ExportProps<T> = { title: string; source: ListSource<T>; columns: Column<T>[] }

/** The whole list as it is shown (filters, order, columns) in a workbook; with progress and cancel, and logged. */
export function ExportButton<T>({ title, source, columns }: ExportProps<T>) {
  const { t } = useTranslation()
  const me = useMe()
  const time = useTime()
  const explain = useExplain()
  const [state, setState] = useState<{ rows: number; trouble?: string } | null>(null)
  const running = useRef<AbortController>(undefined)
  const { everything, route, total } = source
  if (!everything || !route || !may(me, 'figure.export')) return null

  const start = async () => {
    const control = new AbortController()
    running.current = control
    setState({ rows: 0 })
    try {
      const { writeList } = await import('./writeList.ts')
      await writeList({
        title,
        route,
        columns,
        moment: time.moment,
        everything,
        signal: control.signal,
        onRows: (rows) => setState({ rows }),
      })
      setState(null)
    } catch (error) {
      if (!control.signal.aborted) setState({ rows: 0, trouble: explain(error) })
    }
  }
  const close = () => {
    running.current?.abort()
    setState(null)
  }
  const percent = total ? Math.min(99, Math.round(((state?.rows ?? 0) / total) * 100)) : undefined
  return (
    <>
      <Button icon={<DownloadOutlined aria-hidden />} onClick={() => void start()}>
        {t('common.list.export')}
      </Button>
      {state && (
        <Dialog title={t('common.list.exporting')} size="small" maskClosable={false} onClose={close}>
          {state.trouble ? (
            <Notice tone="danger" title={state.trouble} />
          ) : (
            <div role="status">
              {percent !== undefined && total !== undefined && total <= countedTo && (
                <Progress percent={percent} showInfo={false} />
              )}
              <p>{t('common.list.exported', { n: state.rows })}</p>
            </div>
          )}
          <div className="form-foot">
            <Button onClick={close}>{t('common.cancel')}</Button>
          </div>
        </Dialog>
      )}
    </>
  )
}
