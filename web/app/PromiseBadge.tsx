import { ClockCircleOutlined } from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { sumOf, useWaiting } from './useWaiting.ts'

/** What I have promised for today; nothing stands there while there is nothing. */
export function PromiseBadge() {
  const { t } = useTranslation()
  const { data } = useWaiting()
  const { count, late } = sumOf(data?.items ?? [], ['promises'])
  if (count === 0) return null
  const words = late > 0 ? t('frame.promisesLate', { n: count, late }) : t('frame.promisesDue', { n: count })
  return (
    <Link to="/promises" search={{ view: 'today', whose: 'mine' }} className="bar-button" title={words}>
      <span aria-hidden="true">
        <ClockCircleOutlined /> {count}
      </span>
      <span className="visually-hidden">{words}</span>
    </Link>
  )
}
