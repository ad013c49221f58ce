import { useTranslation } from 'react-i18next'
import type { FollowUpCounts, getFollowUpFigures } from '../../../contract/figure.ts'
import type { AnswerOf } from '../../api.ts'
import { tableColumns } from './measures.ts'
import { ScoreText } from '../spot-check/ScoreText.tsx'
import type { FigureScope } from './period.ts'
import { RateText } from './RateText.tsx'
import type { RowsAt } from './rows.ts'

type GroupTableProps = {
  groups: AnswerOf<typeof getFollowUpFigures>['groups']
  total: FollowUpCounts
  scope: FigureScope
}

export function GroupTable({ groups, total, scope }: GroupTableProps) {
  const { t } = useTranslation()
  const { by } = scope.query
  const cells = (counts: FollowUpCounts, at: Omit<RowsAt, 'name'>) =>
    tableColumns.map((name) => (
      <td key={name} data-label={t(`figures.name.${name}`)}>
        <RateText counts={counts} name={name} scope={scope} at={at} />
      </td>
    ))
  return (
    <section className="panel figures-table">
      <div className="panel-head">
        <h2>{t('figures.groupsTable')}</h2>
        <span className="secondary small no-print">{t('figures.groupsHint')}</span>
      </div>
      <div className="figures-table-scroll" tabIndex={0} role="region" aria-label={t('figures.groupsTable')}>
        <table className="number-table">
          <thead>
            <tr>
              <th scope="col">{t('figures.group')}</th>
              {tableColumns.map((name) => (
                <th key={name} scope="col">
                  {t(`figures.name.${name}`)}
                </th>
              ))}
              <th scope="col">{t('figures.spotCheck')}</th>
            </tr>
          </thead>
          <tbody>
            {groups.map((group) => (
              <tr key={group.key}>
                <th scope="row">{group.label}</th>
                {cells(group, { by, key: group.key, label: group.label })}
                <td data-label={t('figures.spotCheck')}>
                  <ScoreText score={group.spotCheck} checked={group.checked} />
                </td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{t('figures.total')}</th>
              {cells(total, {})}
              <td data-label={t('figures.spotCheck')}>
                <ScoreText score={total.spotCheck} checked={total.checked} />
              </td>
            </tr>
          </tfoot>
        </table>
      </div>
    </section>
  )
}
