/** Words of the contact gate: why it refuses, how a consent was given, and its settings. */
export const contactCodes = {
  suppressionReason: {
    deceased: 'Deceased',
    'opted-out': 'Opted out',
    'no-consent': 'No consent',
    'no-address': 'No address',
    'open-dispute': 'Open dispute',
    'frequency-cap': 'Too many contacts',
    'enrollment-stopped': 'Pathway stopped',
    'form-closed': 'No longer to be answered',
    'no-appointment': 'Not about an appointment',
    'no-public-address': 'The public address of this installation is not set',
    'no-account': 'No account sends this',
    'chat-left': 'The visitor left the page',
  },
  optOutReason: { 'preference-page': 'Set on the page of contact wishes' },
  consentProof: {
    paper: 'Signed paper',
    form: 'Online form',
    recording: 'Recorded call',
    message: 'Reply to a message',
    portal: 'Patient portal',
  },
}

export const contactSettings = {
  name: {
    'contact_quiet-from': 'Quiet hours begin',
    'contact_quiet-to': 'Quiet hours end',
    'contact_marketing-per-30-days': 'Promotion: at most per person in 30 days',
    'contact_total-per-7-days': 'All messages: at most per person in 7 days',
    'contact_household-marketing-per-30-days': 'Promotion: at most per household in 30 days',
    'contact_household-total-per-7-days': 'All messages: at most per household in 7 days',
    'contact_campaign-economic-weight': 'Weight of economic feasibility in the priority of campaigns',
    'contact_on-holidays': 'Other than clinical contact on public holidays',
    'template_second-reader': 'Texts with health wording need a second reader',
    'contact_preference-days': 'Links to contact wishes work for',
  },
  source: {
    'contact_quiet-from': "CareLoop choice: no contact 21:00–08:00 in the recipient's time",
    'contact_quiet-to': "CareLoop choice: no contact 21:00–08:00 in the recipient's time",
    'contact_marketing-per-30-days': 'CareLoop choice',
    'contact_total-per-7-days': 'CareLoop choice',
    'contact_household-marketing-per-30-days':
      'CareLoop choice: all who share a telephone number or e-mail address, together',
    'contact_household-total-per-7-days':
      'CareLoop choice: all who share a telephone number or e-mail address, together',
    'contact_campaign-economic-weight': 'CareLoop choice: economic and strategic feasibility count alike',
    'contact_on-holidays': 'CareLoop choice: nothing but clinical contact on public holidays',
    'template_second-reader':
      'CareLoop choice: clinical and marketing texts are published by somebody who did not write them',
    'contact_preference-days':
      'CareLoop choice: the opt-out of a message works at least 30 days after it (CAN-SPAM)',
  },
}
