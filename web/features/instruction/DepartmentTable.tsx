import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import type { getInstructionFigures, InstructionView } from '../../../contract/instruction.ts'

type Line = z.infer<(typeof getInstructionFigures)['response']>['departments'][number]

/** How every department stands; a number opens its rows below. */
export function DepartmentTable({
  departments,
  onChoose,
}: {
  departments: Line[]
  onChoose: (departmentId: number, view: InstructionView) => void
}) {
  const { t } = useTranslation()
  const cell = (line: Line, view: InstructionView, count: number, danger = false) =>
    count === 0 ? (
      <span className="secondary">0</span>
    ) : (
      <button
        type="button"
        className="plain-button"
        style={danger ? { color: 'var(--danger)' } : undefined}
        aria-label={`${line.departmentName} ${t(`instructions.view.${view}`)} ${count}`}
        onClick={() => onChoose(line.departmentId, view)}
      >
        {count}
      </button>
    )
  const executed = (line: Line) => line.issued - line.open
  return (
    <section className="panel figures-table" style={{ marginBottom: 12 }}>
      <div className="panel-head">
        <h2>{t('instructions.byDepartment')}</h2>
        <span className="secondary small">{t('instructions.figuresHint')}</span>
      </div>
      <div
        className="figures-table-scroll"
        tabIndex={0}
        role="region"
        aria-label={t('instructions.byDepartment')}
      >
        <table className="number-table">
          <thead>
            <tr>
              <th scope="col">{t('instructions.department')}</th>
              <th scope="col">{t('instructions.issuedCount')}</th>
              <th scope="col">{t('instructions.view.open')}</th>
              <th scope="col">{t('instructions.view.late')}</th>
              <th scope="col">{t('instructions.view.submitted')}</th>
              <th scope="col">{t('instructions.view.filed')}</th>
              <th scope="col">{t('instructions.onTime')}</th>
            </tr>
          </thead>
          <tbody>
            {departments.map((line) => (
              <tr key={line.departmentId}>
                <th scope="row">{line.departmentName}</th>
                <td data-label={t('instructions.issuedCount')}>{cell(line, 'all', line.issued)}</td>
                <td data-label={t('instructions.view.open')}>{cell(line, 'open', line.open)}</td>
                <td data-label={t('instructions.view.late')}>{cell(line, 'late', line.late, true)}</td>
                <td data-label={t('instructions.view.submitted')}>
                  {cell(line, 'submitted', line.submitted)}
                </td>
                <td data-label={t('instructions.view.filed')}>{cell(line, 'filed', line.filed)}</td>
                <td data-label={t('instructions.onTime')}>
                  {executed(line) > 0 ? `${line.onTime} / ${executed(line)}` : '—'}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
