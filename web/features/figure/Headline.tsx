import { QuestionCircleOutlined } from '@ant-design/icons'
import { Popover } from 'antd'
import { useTranslation } from 'react-i18next'
import type { getFollowUpFigures } from '../../../contract/figure.ts'
import type { AnswerOf } from '../../api.ts'
import { percent } from '../../format/number.ts'
import { Figure } from '../../ui/Figure.tsx'
import { changeOf, fractionOf, hasTarget, headline, show } from './measures.ts'
import type { RowsAt } from './rows.ts'

type Figures = AnswerOf<typeof getFollowUpFigures>

type HeadlineProps = {
  figures: Figures
  compare: 'before' | 'year'
  onOpen: (at: RowsAt) => void
}

export function Headline({ figures, compare, onOpen }: HeadlineProps) {
  const { t } = useTranslation()
  const { total, previous, targets, trend } = figures
  return (
    <div className="figure-row">
      {headline.map((name) => {
        const target = hasTarget(name) ? targets[name] : undefined
        const value = total[name]
        return (
          <Figure
            key={name}
            label={t(`figures.name.${name}`)}
            value={show(total, name)}
            note={fractionOf(total, name)}
            target={target === undefined ? undefined : percent(target)}
            state={target === undefined || value === null ? undefined : value >= target ? 'met' : 'missed'}
            change={changeOf(total, previous, name, (n) => t('figures.points', { n }))}
            spark={trend.map((point) => point[name])}
            help={
              <Popover
                trigger="click"
                title={t(`figures.name.${name}`)}
                content={
                  <div className="figure-how">
                    <p>{t(`figures.how.${name}`)}</p>
                    <p className="secondary small">{t(`figures.compared.${compare}`)}</p>
                  </div>
                }
              >
                <button
                  type="button"
                  className="plain-button figure-help"
                  aria-label={`${t(`figures.name.${name}`)}：${t('figures.explain')}`}
                  title={t('figures.explain')}
                >
                  <QuestionCircleOutlined aria-hidden />
                </button>
              </Popover>
            }
            onOpen={() => onOpen({ name })}
          />
        )
      })}
    </div>
  )
}
