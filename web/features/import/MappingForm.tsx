import { useTranslation } from 'react-i18next'
import {
  getImport,
  type ImportDetail,
  importDateOrders,
  importDelimiters,
  importEncodings,
  type ImportField,
  importFields,
  requiredFields,
  updateImport,
} from '../../../contract/import.ts'
import { Notice } from '../../ui/Notice.tsx'
import { PickField } from '../../ui/fields.ts'
import { SelectFilter } from '../../ui/SelectFilter.tsx'
import { useDo } from '../../ui/useDo.ts'

const delimiterWords = { ',': 'comma', '\t': 'tab', ';': 'semicolon', '|': 'bar' } as const

/** Which column is what; each change is kept at once, so that nothing is lost when somebody goes to look something up. */
export function MappingForm({ data, missing }: { data: ImportDetail; missing: readonly ImportField[] }) {
  const { t } = useTranslation()
  const params = { id: data.id }
  const update = useDo(updateImport, { stale: [getImport] })
  const columnsOf = (field: string) => [data.mapping[field] ?? []].flat()
  const choose = (field: ImportField, chosen: number[]) => {
    const others = Object.entries(data.mapping).filter(
      ([name, at]) => name !== field && ![at].flat().some((column) => chosen.includes(column)),
    )
    const [first, ...more] = chosen
    const at = first === undefined ? [] : [[field, more.length > 0 ? chosen : first] as const]
    update.mutate({ params, body: { mapping: Object.fromEntries([...others, ...at]) } })
  }
  const required: readonly ImportField[] = requiredFields[data.kind]
  const example = (columns: number[]) =>
    data.sample
      .slice(0, 3)
      .map((row) =>
        columns
          .map((column) => row[column] ?? '')
          .filter(Boolean)
          .join(' | '),
      )
      .filter(Boolean)
      .join('、')
  const options = columnOptions(data)
  const named = (columns: number[]) => {
    const name = data.columns[columns[0] ?? -1] || `${(columns[0] ?? 0) + 1}`
    if (columns.length > 1) return t('imports.columnsTogether', { name, n: columns.length })
    const twice = data.columns.filter((other) => other === name).length > 1
    return twice ? t('imports.columnNumbered', { name, n: (columns[0] ?? 0) + 1 }) : name
  }

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
      <div className="import-options">
        {data.encoding !== 'xlsx' && (
          <>
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
          </>
        )}
        {data.head.length > 0 && (
          <PickField
            label={t('imports.headerRow')}
            value={String(data.headerRow)}
            options={data.head.map(({ row, cells }) => ({
              value: String(row),
              text: t('imports.headerRowOption', {
                row,
                cells: cells.filter(Boolean).join('、').slice(0, 60),
              }),
            }))}
            onChange={(row) => update.mutate({ params, body: { headerRow: Number(row) } })}
          />
        )}
        <PickField
          label={t('imports.dateOrder')}
          value={data.dateOrder ?? ''}
          none={t('imports.dateOrderNone')}
          options={importDateOrders.map((value) => ({ value, text: t(`imports.dateOrders.${value}`) }))}
          onChange={(value) =>
            update.mutate({
              params,
              body: { dateOrder: importDateOrders.find((one) => one === value) ?? null },
            })
          }
        />
      </div>
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
              const at = columnsOf(field)
              const label = `${t(`imports.fields.${field}`)}${required.includes(field) ? ' *' : ''}`
              return (
                <tr key={field}>
                  <td data-label={t('imports.field')}>{label}</td>
                  <td data-label={t('imports.column')}>
                    <SelectFilter
                      label={label}
                      value={at.join()}
                      all={t('imports.noColumn')}
                      disabled={update.isPending}
                      options={options.map((columns) => ({
                        value: columns.join(),
                        text: named(columns),
                      }))}
                      onChange={(next) =>
                        choose(field, next === undefined ? [] : next.split(',').map(Number))
                      }
                    />
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

/** Each column; columns of one name together; and what is chosen. */
function columnOptions({ columns, mapping }: ImportDetail): number[][] {
  const each = columns.map((_, index) => [index])
  const byName = Map.groupBy(each.flat(), (index) => columns[index] ?? '')
  byName.delete('')
  const groups = [...byName.values(), ...Object.values(mapping).map((at) => [at].flat())]
  const together = new Map(groups.filter((group) => group.length > 1).map((group) => [group.join(), group]))
  return [...each, ...together.values()]
}
