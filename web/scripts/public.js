// The modules of the other pages, such as the login.

import './menus.js'
import './forms.js'
import './times.js'
