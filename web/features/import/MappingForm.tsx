import { App } from 'antd'
import { useTranslation } from 'react-i18next'
import {
  getImport,
  type ImportDetail,
  importDelimiters,
  importEncodings,
  type ImportField,
  importFields,
  requiredFields,
  updateImport,
} from '../../../contract/import.ts'
import { keyOf, queryClient, useAct } from '../../query.ts'
import { Notice } from '../../ui/Notice.tsx'
import { PickField } from '../../ui/fields.tsx'
import { useExplain } from '../../ui/useExplain.ts'

const delimiterWords = { ',': 'comma', '\t': 'tab', ';': 'semicolon', '|': 'bar' } as const

/** Which column is what; each change is kept at once, so that nothing is lost when somebody goes to look something up. */
export function MappingForm({ data, missing }: { data: ImportDetail; missing: readonly ImportField[] }) {
  const { t } = useTranslation()
  const explain = useExplain()
  const { message } = App.useApp()
  const params = { id: data.id }
  const update = useAct(updateImport, {
    onSettled: () => queryClient.invalidateQueries({ queryKey: keyOf(getImport) }),
    onError: (error) => void message.error(explain(error)),
  })
  const choose = (field: ImportField, column: string) => {
    const others = Object.entries(data.mapping).filter(
      ([name, at]) => name !== field && (column === '' || at !== Number(column)),
    )
    const mapping = Object.fromEntries([
      ...others,
      ...(column === '' ? [] : [[field, Number(column)] as const]),
    ])
    update.mutate({ params, body: { mapping } })
  }
  const required: readonly ImportField[] = requiredFields[data.kind]
  const example = (column: number | undefined) =>
    column === undefined
      ? ''
      : data.sample
          .slice(0, 3)
          .map((row) => row[column] ?? '')
          .filter(Boolean)
          .join('、')

  return (
    <section className="panel" aria-label={t('imports.mapping')}>
      <div className="panel-head">
        <h2>{t('imports.mapping')}</h2>
        <span className="secondary small">
          {t(data.remembered ? 'imports.remembered' : 'imports.mappingHint')}
        </span>
      </div>
      {missing.length > 0 && (
        <Notice
          tone="warning"
          title={t('imports.missing', {
            fields: missing.map((field) => t(`imports.fields.${field}`)).join('、'),
          })}
        />
      )}
      {data.encoding !== 'xlsx' && (
        <div className="import-options">
          <PickField
            label={t('imports.encoding')}
            value={data.encoding}
            options={importEncodings
              .filter((one) => one !== 'xlsx')
              .map((value) => ({ value, text: value.toUpperCase() }))}
            onChange={(value) => {
              const encoding = importEncodings.find((one) => one === value)
              if (encoding) update.mutate({ params, body: { encoding } })
            }}
          />
          <PickField
            label={t('imports.delimiter')}
            value={data.delimiter}
            options={importDelimiters.map((value) => ({
              value,
              text: t(`imports.delimiters.${delimiterWords[value]}`),
            }))}
            onChange={(value) => {
              const delimiter = importDelimiters.find((one) => one === value)
              if (delimiter) update.mutate({ params, body: { delimiter } })
            }}
          />
        </div>
      )}
      <div className="list-scroll">
        <table className="list-table import-mapping" aria-label={t('imports.mapping')}>
          <thead>
            <tr>
              <th scope="col">{t('imports.field')}</th>
              <th scope="col">{t('imports.column')}</th>
              <th scope="col">{t('imports.example')}</th>
            </tr>
          </thead>
          <tbody>
            {importFields[data.kind].map((field) => {
              const at = data.mapping[field]
              const label = `${t(`imports.fields.${field}`)}${required.includes(field) ? ' *' : ''}`
              return (
                <tr key={field}>
                  <td data-label={t('imports.field')}>{label}</td>
                  <td data-label={t('imports.column')}>
                    <select
                      className="field-input"
                      aria-label={label}
                      value={at === undefined ? '' : String(at)}
                      disabled={update.isPending}
                      onChange={(event) => choose(field, event.target.value)}
                    >
                      <option value="">{t('imports.noColumn')}</option>
                      {data.columns.map((name, index) => (
                        <option key={index} value={index}>
                          {name || `${index + 1}`}
                        </option>
                      ))}
                    </select>
                  </td>
                  <td data-label={t('imports.example')}>
                    <span className="import-example secondary mono" title={example(at)}>
                      {example(at) || '—'}
                    </span>
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
      {data.sample.length === 0 && <p className="secondary small">{t('imports.sampleHidden')}</p>}
    </section>
  )
}
