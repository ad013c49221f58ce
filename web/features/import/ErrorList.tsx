import { Button } from 'antd'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import {
  exportImportErrors,
  type ImportField,
  importFields,
  importKinds,
  listImportErrors,
} from '../../../contract/import.ts'
import { addressOf } from '../../api.ts'
import { type ItemOf, keyOf, queryClient } from '../../query.ts'
import { type Column, ListTable, useList, column } from '../../ui/ListPage.tsx'

type Row = ItemOf<typeof listImportErrors>
const known = importKinds.flatMap((kind): readonly ImportField[] => importFields[kind])

/** @param refresh changes when there may be more of them */
export function ErrorList({ id, refresh }: { id: number; refresh: string }) {
  const { t } = useTranslation()
  const errors = useList(listImportErrors, {}, { params: { id } })
  useEffect(() => {
    void queryClient.invalidateQueries({ queryKey: keyOf(listImportErrors) })
  }, [refresh])
  const columns: Column<Row>[] = [
    column('row', t('imports.row'), { align: 'right', width: 80 }, (one) => one.row),
    column('field', t('imports.field'), (one) => {
      const field = known.find((name) => name === one.field)
      return field ? t(`imports.fields.${field}`) : '—'
    }),
    column('value', t('imports.value'), (one) => <span className="mono">{one.value ?? '—'}</span>),
    column('problem', t('imports.problem'), (one) => (
      <>
        {t(`imports.problems.${one.problem}`)}
        {one.detail && <span className="secondary small"> {one.detail}</span>}
      </>
    )),
  ]
  return (
    <section className="panel" aria-label={t('imports.errors')}>
      <div className="panel-head">
        <h2>{t('imports.errors')}</h2>
        <Button href={addressOf(exportImportErrors, { params: { id } })} download>
          {t('imports.download')}
        </Button>
      </div>
      <p className="secondary small">{t('imports.errorsHint')}</p>
      <ListTable
        label={t('imports.errors')}
        source={errors}
        columns={columns}
        rowKey={(one) => `${one.row} ${one.field ?? ''} ${one.problem}`}
        empty={{ title: t('imports.noErrors') }}
      />
    </section>
  )
}
