// What the other pages load, such as the login.

import './menus.js'
import './forms.js'
import './times.js'
